namespace Ahoi.Architecture.Tests;

public sealed class FileShapeTests
{
    private const int MaxLines = 450;

    // Files that are longer, with the size they may not exceed. The list only shrinks.
    private static readonly Dictionary<string, int> Longer = new(StringComparer.Ordinal);

    [Fact]
    public void SourceFiles_StaySmall()
    {
        var tooLong = RepoFiles.Find("src", "*.cs").Concat(RepoFiles.Find("operators", "*.cs"))
            .Select(p => (File: Path.GetRelativePath(RepoFiles.Root, p), Lines: File.ReadLines(p).Count()))
            .Where(f => f.Lines > Longer.GetValueOrDefault(f.File, MaxLines))
            .Select(f => $"{f.File}: {f.Lines} lines");

        Assert.Empty(tooLong);
    }

    [Fact]
    public void TypeNames_SayWhatTheyAre()
    {
        string[] vague = ["Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Manager"];
        var named = RepoFiles.Find("src", "*.cs").Concat(RepoFiles.Find("operators", "*.cs"))
            .Where(p => vague.Any(v => Path.GetFileNameWithoutExtension(p).EndsWith(v, StringComparison.Ordinal)))
            .Select(p => Path.GetRelativePath(RepoFiles.Root, p));

        Assert.Empty(named);
    }
}
