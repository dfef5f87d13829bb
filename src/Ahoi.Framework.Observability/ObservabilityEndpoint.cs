namespace Ahoi.Framework.Observability;

/// <summary>Where an operator serves its health, metrics and causes.</summary>
public sealed class ObservabilityEndpoint
{
    /// <summary>Gets the address, with the port that was taken; <see langword="null"/> before the start, and where nothing
    /// is served.</summary>
    public Uri? Address { get; internal set; }
}
