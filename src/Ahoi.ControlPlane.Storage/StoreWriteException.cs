namespace Ahoi.ControlPlane.Storage;

/// <summary>
/// A write did not take place because the disk is full or failed. Reads go on, nothing acknowledged is lost, and writes
/// succeed again once the cause is gone.
/// </summary>
public sealed class StoreWriteException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isFull">Whether the disk is full.</param>
    /// <param name="innerException">What the database said.</param>
    public StoreWriteException(string path, bool isFull, Exception innerException)
        : base($"Writing to the store {path} failed: {(isFull ? "there is no room left; free some and try again" : innerException?.Message)}.", innerException) =>
        IsFull = isFull;

    /// <summary>Gets whether there is no room left.</summary>
    public bool IsFull { get; }
}
