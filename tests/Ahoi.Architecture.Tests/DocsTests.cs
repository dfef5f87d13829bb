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

    [Fact]
    public void LogEvents_AllOfTheFramework_AreInTheReference()
    {
        var page = File.ReadAllText(Path.Combine(RepoFiles.Root, "docs/reference/logs.md"));
        var missing = EventId().Matches(File.ReadAllText(Path.Combine(RepoFiles.Root, "src/Ahoi.Framework/FrameworkEventIds.cs")))
            .Select(id => $"| {id.Groups["number"].Value} | `{id.Groups["name"].Value}` |")
            .Where(row => !page.Contains(row, StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    [Fact]
    public void Metrics_AllThatAreMade_AreInTheReference()
    {
        var page = File.ReadAllText(Path.Combine(RepoFiles.Root, "docs/reference/metrics.md"));
        var made = RepoFiles.Find("src", "*.cs").SelectMany(file => Instrument().Matches(File.ReadAllText(file))).Select(i => i.Groups["name"].Value).ToList();

        Assert.Contains("ahoi.reconciles", made);
        Assert.All(made, name => Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal));
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

    [GeneratedRegex(@"const int (?<name>\w+) = (?<number>\d+);")]
    private static partial Regex EventId();

    [GeneratedRegex(@"Create(Counter|Histogram|UpDownCounter|Gauge|Observable\w+)(<\w+>)?\(\s*""(?<name>[^""]+)""")]
    private static partial Regex Instrument();

    [GeneratedRegex("^```csharp", RegexOptions.Multiline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
