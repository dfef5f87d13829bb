namespace Ahoi.ControlPlane.Storage;

/// <summary>Another process has the store open.</summary>
public sealed class StoreInUseException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="processId">The other process, where it is known.</param>
    /// <param name="innerException">What led to it.</param>
    public StoreInUseException(string path, int? processId, Exception? innerException = null)
        : base($"The store {path} is open in {(processId is { } id ? $"process {id}" : "another process")}; stop that one first.", innerException) =>
        ProcessId = processId;

    /// <summary>Gets the other process, or <see langword="null"/> where it is not known.</summary>
    public int? ProcessId { get; }
}
