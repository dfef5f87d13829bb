using System.Globalization;

namespace Ahoi.ControlPlane;

/// <summary>Finds who listens on a TCP port, from Linux's /proc; knows nothing elsewhere.</summary>
internal static class PortHolder
{
    private const string Listening = "0A";

    /// <summary>Gets a description like <c>postgres (pid 4711)</c>, or <see langword="null"/> where it cannot be found out.</summary>
    public static string? Find(int port)
    {
        var inodes = Inodes("/proc/net/tcp", port).Concat(Inodes("/proc/net/tcp6", port))
            .Select(inode => $"socket:[{inode}]")
            .ToHashSet(StringComparer.Ordinal);
        if (inodes.Count == 0)
        {
            return null;
        }

        foreach (var process in Directory.EnumerateDirectories("/proc").Where(p => char.IsAsciiDigit(Path.GetFileName(p)[0])))
        {
            try
            {
                if (Directory.EnumerateFileSystemEntries($"{process}/fd").Any(fd => File.ResolveLinkTarget(fd, false) is { } link && inodes.Contains(link.Name)))
                {
                    return $"{File.ReadAllText($"{process}/comm").Trim()} (pid {Path.GetFileName(process)})";
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another user's process, or one that has just ended.
            }
        }

        return null;
    }

    private static IEnumerable<string> Inodes(string table, int port)
    {
        if (!File.Exists(table))
        {
            yield break;
        }

        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in File.ReadLines(table).Skip(1))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length > 9 && columns[3] == Listening && columns[1].EndsWith(suffix, StringComparison.Ordinal))
            {
                yield return columns[9];
            }
        }
    }
}
