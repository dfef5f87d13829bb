namespace Ahoi.ControlPlane.Node.Images.Storage;

/// <summary>A folder for something that is being made. It goes when it is disposed of, unless it got another place; where the
/// process ends before, whoever comes next deletes it.</summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly FileStream _lock;

    public WorkFolder(string path, string rootName)
    {
        (Path, RootFolder) = (path, System.IO.Path.Combine(path, rootName));
        _lock = FileLock.Take(LockFile(path));
        Directory.CreateDirectory(RootFolder);
    }

    private WorkFolder(string path, FileStream held) => (Path, RootFolder, _lock) = (path, path, held);

    public string Path { get; }

    /// <summary>Gets the folder for the root filesystem.</summary>
    public string RootFolder { get; }

    /// <summary>Takes over the folder of a process that has ended.</summary>
    /// <returns><see langword="null"/> where somebody works on it.</returns>
    public static WorkFolder? TryReopen(string path) => FileLock.TryTake(LockFile(path)) is { } held ? new(path, held) : null;

    public void Dispose()
    {
        FolderRemoval.Remove(Path);
        File.Delete(LockFile(Path));
        _lock.Dispose();
    }

    private static string LockFile(string path) => path + ".lock";
}
