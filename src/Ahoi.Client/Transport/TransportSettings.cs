namespace Ahoi.Client.Transport;

/// <summary>How sockets are used.</summary>
internal sealed record TransportSettings(TimeProvider Time)
{
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(12);

    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan CertificateCheckInterval { get; init; } = TimeSpan.FromSeconds(10);

    public bool Compression { get; init; }
}
