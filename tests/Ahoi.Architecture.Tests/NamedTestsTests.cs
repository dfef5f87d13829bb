using System.Text.RegularExpressions;

namespace Ahoi.Architecture.Tests;

public sealed partial class NamedTestsTests
{
    [Theory]
    [InlineData("docs/reference/client.md")]
    [InlineData("docs/parity.md")]
    public void TestsThatDocsName_Exist(string page)
    {
        var sources = RepoFiles.Find("tests", "*Tests.cs").ToLookup(p => Path.GetFileNameWithoutExtension(p), File.ReadAllText, StringComparer.Ordinal);
        var missing = NamedTest().Matches(File.ReadAllText(Path.Combine(RepoFiles.Root, page)))
            .Where(name => !sources[name.Groups["class"].Value].Any(s => !name.Groups["method"].Success || s.Contains($" {name.Groups["method"].Value}(", StringComparison.Ordinal)))
            .Select(name => name.Value);

        Assert.Empty(missing);
    }

    [GeneratedRegex(@"`(?<class>\w+Tests)(?:\.(?<method>\w+))?`")]
    private static partial Regex NamedTest();
}
