namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>The folders that pods leave.</summary>
internal static class PodFolders
{
    /// <summary>Deletes a pod's folder, whatever its programs left in it.</summary>
    public static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (UnauthorizedAccessException)
        {
            Open(folder);
            TryDelete(folder);
        }
        catch (IOException)
        {
            TryDelete(folder);
        }
    }

    // Programs may have taken away the rights to look into or change their folders.
    private static void Open(string folder)
    {
        try
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            foreach (var inner in new DirectoryInfo(folder).EnumerateDirectories().Where(d => d.LinkTarget is null))
            {
                Open(inner.FullName);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What cannot be opened is left; the node tries again when it starts.
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // As above.
        }
    }
}
