using Ahoi.ControlPlane.Node.Processes;

namespace Ahoi.ControlPlane.Node.Volumes;

/// <summary>
/// Writes a set of files so that a reader sees all old or all new ones, as the kubelet does: the files are in a folder of
/// their own, <c>..data</c> is a symbolic link to it that is replaced at once, and what has a visible name is a link through
/// that one.
/// </summary>
internal static class AtomicFolder
{
    private const string DataLink = "..data";

    /// <summary>Makes a folder contain exactly the given files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">The files by their relative paths.</param>
    /// <returns>Whether anything was different.</returns>
    public static bool Write(string folder, IReadOnlyDictionary<string, VolumeFile> files)
    {
        Directory.CreateDirectory(folder);
        var data = Path.Combine(folder, DataLink);
        var current = new FileInfo(data).LinkTarget;
        if (current is not null && IsSame(Path.Combine(folder, current), files))
        {
            return false;
        }

        var next = $"..{Guid.NewGuid():N}";
        var target = Path.Combine(folder, next);
        Directory.CreateDirectory(target);
        foreach (var (path, file) in files)
        {
            var full = Path.Combine(target, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!); // It is below the folder.
            File.WriteAllBytes(full, file.Content);
            File.SetUnixFileMode(full, file.Mode);
        }

        var link = Path.Combine(folder, DataLink + "_tmp");
        File.Delete(link);
        File.CreateSymbolicLink(link, next);
        Native.Replace(link, data); // .NET moves no links to folders.

        var visible = files.Keys.Select(p => p.Split('/', 2)[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var name in visible.Where(n => new FileInfo(Path.Combine(folder, n)).LinkTarget is null))
        {
            File.CreateSymbolicLink(Path.Combine(folder, name), Path.Combine(DataLink, name));
        }

        foreach (var name in Directory.EnumerateFileSystemEntries(folder).Select(e => Path.GetFileName(e)).Where(n => !n.StartsWith("..", StringComparison.Ordinal) && !visible.Contains(n)).ToList())
        {
            File.Delete(Path.Combine(folder, name));
        }

        if (current is not null && Directory.Exists(Path.Combine(folder, current)))
        {
            Directory.Delete(Path.Combine(folder, current), recursive: true);
        }

        return true;
    }

    private static bool IsSame(string folder, IReadOnlyDictionary<string, VolumeFile> files)
    {
        if (!Directory.Exists(folder) || Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count() != files.Count)
        {
            return false;
        }

        return files.All(f => Path.Combine(folder, f.Key) is var path
            && File.Exists(path) && File.GetUnixFileMode(path) == f.Value.Mode && File.ReadAllBytes(path).AsSpan().SequenceEqual(f.Value.Content));
    }
}
