namespace Ahoi.Architecture.Tests;

/// <summary>Finds the repository's own files.</summary>
internal static class RepoFiles
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> Find(string folder, string pattern)
    {
        var path = Path.Combine(Root, folder);
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories)
                .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
            : [];
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ahoi.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Ahoi.slnx above {AppContext.BaseDirectory}.");
    }
}
