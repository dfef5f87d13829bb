using System.Text.RegularExpressions;

namespace Ahoi.Reference.Tests;

public sealed partial class ApiReferenceTests
{
    private static readonly IReadOnlyDictionary<string, string> Pages = ApiReference.Write();

    [Fact]
    public void Pages_AreThoseOfTheDocs()
    {
        var folder = Path.Combine(Root(), "docs/reference/api");
        var there = Directory.GetFiles(folder, "*.md").ToDictionary(f => Path.GetFileName(f), File.ReadAllText, StringComparer.Ordinal);
        var stale = Pages.Keys.Union(there.Keys).Where(k => Pages.GetValueOrDefault(k) != there.GetValueOrDefault(k)).Order(StringComparer.Ordinal).ToList();

        Assert.True(stale.Count == 0, $"Comments have changed; write the pages anew with `./ahoi docs`: {string.Join(", ", stale)}");
    }

    [Fact]
    public void Links_LeadToATypeThatIsThere()
    {
        var links = Pages.Values.SelectMany(p => Link().Matches(p)).Select(m => (Page: m.Groups["page"].Value, Anchor: m.Groups["anchor"].Value)).Distinct().ToList();

        Assert.Contains(("Ahoi.Framework.Controllers.md", "description"), links);
        Assert.All(links, l => Assert.Contains($"<a id=\"{l.Anchor}\"></a>", Pages[l.Page], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Ahoi.Framework.Controllers.md", "| `ValueTask<T?> FindAsync<T>(string name, CancellationToken cancellationToken, ")]
    [InlineData("Ahoi.Framework.Supervision.md", "`sealed record ChildSpec")]
    [InlineData("Ahoi.Api.Errors.md", "| `const string Conflict = \"Conflict\"` |")]
    public void Members_AreAsCSharpDeclaresThem(string page, string text) => Assert.Contains(text, Pages[page], StringComparison.Ordinal);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Ahoi.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"\]\((?<page>[\w.]+\.md)#(?<anchor>[^)]+)\)")]
    private static partial Regex Link();
}
