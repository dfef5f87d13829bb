namespace Ahoi.ControlPlane.Node.Images.Storage;

/// <summary>Deletes root filesystems, whatever their modes, and never what is mounted in them.</summary>
internal static class FolderRemoval
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Deletes a folder with all in it.</summary>
    /// <exception cref="ImageStoreException">Something is mounted in it; nothing was deleted.</exception>
    public static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        if (Mounts().FirstOrDefault(m => m.StartsWith(folder + "/", StringComparison.Ordinal)) is { } mount)
        {
            throw new ImageStoreException($"{folder} is left as it is, because something is mounted at {mount}. Unmount it, and delete the folder.");
        }

        RemoveTree(new(folder));
    }

    /// <summary>Deletes a folder with all in it, without a look at mounts.</summary>
    public static void RemoveTree(DirectoryInfo folder)
    {
        if ((folder.UnixFileMode & Owner) != Owner)
        {
            folder.UnixFileMode |= Owner;
        }

        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } inner)
            {
                RemoveTree(inner);
            }
            else
            {
                entry.Delete();
            }
        }

        folder.Delete();
    }

    private static IEnumerable<string> Mounts()
    {
        // The fifth field is the place; a space in it is written \040.
        const string file = "/proc/self/mountinfo";
        return File.Exists(file)
            ? File.ReadLines(file).Select(l => l.Split(' ')).Where(f => f.Length > 4).Select(f => f[4].Replace("\\040", " ", StringComparison.Ordinal))
            : [];
    }
}
