namespace Ahoi.ControlPlane.Storage;

/// <summary>A revision was asked for that no write has reached yet.</summary>
/// <param name="asked">The revision asked for.</param>
/// <param name="current">The newest revision.</param>
public sealed class FutureRevisionException(long asked, long current)
    : Exception($"Revision {asked} is not there yet; the newest is {current}.")
{
    /// <summary>Gets the revision asked for.</summary>
    public long AskedRevision { get; } = asked;

    /// <summary>Gets the newest revision.</summary>
    public long CurrentRevision { get; } = current;
}
