using System.Text.RegularExpressions;

namespace Ahoi.Architecture.Tests;

public sealed partial class DocsTests
{
    [Fact]
    public void CodeBlocks_NamedAsSamples_AreTheCompiledCode()
    {
        var stale = new List<string>();
        foreach (var page in RepoFiles.Find("docs", "*.md").Append(Path.Combine(RepoFiles.Root, "README.md")))
        {
            foreach (Match block in SampleBlock().Matches(File.ReadAllText(page)))
            {
                var code = ReadSample(block.Groups["file"].Value, block.Groups["part"].Value);
                if (code != block.Groups["code"].Value.TrimEnd())
                {
                    stale.Add($"{Path.GetRelativePath(RepoFiles.Root, page)}: {block.Groups["file"].Value}#{block.Groups["part"].Value}");
                }
            }
        }

        Assert.Empty(stale);
    }

    [Fact]
    public void GuidePages_CSharpBlocks_AllNameTheirSample()
    {
        var unnamed = RepoFiles.Find("docs/guide", "*.md")
            .Where(page => CSharpBlock().Count(File.ReadAllText(page)) != SampleBlock().Count(File.ReadAllText(page)))
            .Select(page => Path.GetRelativePath(RepoFiles.Root, page));

        Assert.Empty(unnamed);
    }

    [Fact]
    public void Links_ToFilesOfTheRepository_Exist()
    {
        var broken = RepoFiles.Find("docs", "*.md").Append(Path.Combine(RepoFiles.Root, "README.md"))
            .SelectMany(page => Link().Matches(File.ReadAllText(page)).Select(link => (Page: page, Target: link.Groups[1].Value)))
            .Where(l => !l.Target.Contains("://", StringComparison.Ordinal))
            .Where(l => !Path.Exists(Path.Combine(Path.GetDirectoryName(l.Page)!, l.Target)))
            .Select(l => $"{Path.GetRelativePath(RepoFiles.Root, l.Page)} -> {l.Target}");

        Assert.Empty(broken);
    }

    private static string ReadSample(string file, string part)
    {
        var lines = File.ReadAllLines(Path.Combine(RepoFiles.Root, file));
        var from = Array.FindIndex(lines, l => l.Trim() == $"// docs: {part}");
        Assert.True(from >= 0, $"{file} has no part '{part}'.");
        var body = lines.Skip(from + 1).TakeWhile(l => l.Trim() != "// docs: end").ToList();
        var indent = body.Where(l => l.Length > 0).Min(l => l.Length - l.TrimStart().Length);
        return string.Join('\n', body.Select(l => l.Length > 0 ? l[indent..] : l)).TrimEnd();
    }

    [GeneratedRegex(@"<!-- sample: (?<file>\S+)#(?<part>\S+) -->\n```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex SampleBlock();

    [GeneratedRegex("^```csharp", RegexOptions.Multiline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
