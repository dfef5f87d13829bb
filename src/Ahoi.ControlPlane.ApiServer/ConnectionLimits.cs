namespace Ahoi.ControlPlane.ApiServer;

/// <summary>What a client may cost before its request is understood. Whoever goes beyond is cut off, and nobody else notices.</summary>
public sealed record ConnectionLimits
{
    /// <summary>Gets how long the headers of a request may take to arrive.</summary>
    /// <value>The default is 32 seconds, as in kube-apiserver.</value>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>Gets how long a connection may be idle between requests.</summary>
    /// <value>The default is 90 seconds, as in kube-apiserver.</value>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Gets how long a TLS handshake may take.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the fewest bytes a second at which a body may arrive, once <see cref="BodyGracePeriod"/> is over.</summary>
    /// <value>The default is 240.</value>
    public double MinBodyBytesPerSecond { get; init; } = 240;

    /// <summary>Gets how long a body may be slower than <see cref="MinBodyBytesPerSecond"/>.</summary>
    /// <value>The default is 5 seconds; less than 1 is not possible.</value>
    public TimeSpan BodyGracePeriod { get; init; } = TimeSpan.FromSeconds(5);
}
