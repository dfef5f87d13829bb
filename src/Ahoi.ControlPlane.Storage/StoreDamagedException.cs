namespace Ahoi.ControlPlane.Storage;

/// <summary>A store's file cannot be used; it was left as it is.</summary>
public sealed class StoreDamagedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong with it and what to do.</param>
    /// <param name="innerException">What led to it.</param>
    public StoreDamagedException(string path, string problem, Exception? innerException = null)
        : base($"The store {path} cannot be opened: {problem} The file was left untouched.", innerException) => Path = path;

    /// <summary>Gets the file.</summary>
    public string Path { get; }
}
