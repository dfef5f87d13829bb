using Ahoi.Api.Json;
using Ahoi.Api.Selectors;

namespace Ahoi.Api.Tests.Selectors;

public sealed class SelectorTests
{
    private static readonly LabelSelector Built = LabelSelector.Everything
        .Where("app", "web").WhereNot("env", "test").WhereIn("tier", "b", "a").WhereNotIn("zone", "x").WhereExists("team").WhereMissing("old");

    [Fact]
    public void LabelSelector_Built_IsWrittenReadAndMatchesAlike()
    {
        const string Text = "app=web,env!=test,tier in (a,b),zone notin (x),team,!old";
        var fits = new Dictionary<string, string> { ["app"] = "web", ["tier"] = "a", ["team"] = "" };

        Assert.Equal(Text, Built.ToString());
        foreach (var selector in new[] { Built, LabelSelector.Parse(Text), LabelSelector.FromJson(Built.ToJson()) })
        {
            Assert.True(selector.Matches(fits));
            Assert.False(selector.Matches(new Dictionary<string, string>(fits) { ["old"] = "" }));
            Assert.False(selector.Matches(new Dictionary<string, string>(fits) { ["env"] = "test" }));
            Assert.False(selector.Matches(new Dictionary<string, string>(fits) { ["zone"] = "x" }));
            Assert.False(selector.Matches(new Dictionary<string, string>(fits) { ["tier"] = "c" }));
        }
    }

    [Fact]
    public void LabelSelector_ToJson_IsWhatObjectsHave()
    {
        Assert.Equal(
            """{"matchLabels":{"app":"web"},"matchExpressions":[{"key":"env","operator":"NotIn","values":["test"]},{"key":"tier","operator":"In","values":["b","a"]},{"key":"zone","operator":"NotIn","values":["x"]},{"key":"team","operator":"Exists"},{"key":"old","operator":"DoesNotExist"}]}""",
            Built.ToJson().ToString());
        Assert.Equal("{}", LabelSelector.Everything.ToJson().ToString());
        Assert.False(LabelSelector.FromJson(LabelSelector.Parse("a=b,a=c").ToJson()).Matches(new Dictionary<string, string> { ["a"] = "c" }));
        Assert.Contains("size>3", Assert.Throws<InvalidOperationException>(() => LabelSelector.Parse("size>3").ToJson()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LabelSelector_KeysAndValuesThatAreNone_AreRefusedByName()
    {
        Assert.Contains("\"a b\"", Assert.Throws<ArgumentException>(() => LabelSelector.Everything.Where("a b", "c")).Message, StringComparison.Ordinal);
        Assert.Contains("\"c,d\"", Assert.Throws<ArgumentException>(() => LabelSelector.Everything.WhereIn("a", "b", "c,d")).Message, StringComparison.Ordinal);
        Assert.Contains("no value", Assert.Throws<ArgumentException>(() => LabelSelector.Everything.WhereIn("a")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metadata.name=web", true)]
    [InlineData("metadata.name==web,status.phase!=Failed", true)]
    [InlineData("spec.note=a\\,b\\=c\\\\", true)]
    [InlineData("spec.on=true,spec.count=3", true)]
    [InlineData("spec.missing=", true)]
    [InlineData("status.phase=Failed", false)]
    [InlineData("metadata.name!=web", false)]
    [InlineData("spec.missing=x", false)]
    public void FieldSelector_Parsed_MatchesAndIsWrittenTheSame(string text, bool matches)
    {
        var value = JsonTree.ParseMap("""{"metadata":{"name":"web"},"spec":{"note":"a,b=c\\","on":true,"count":3},"status":{"phase":"Running"}}""");

        var selector = FieldSelector.Parse(text);

        Assert.Equal(matches, selector.Matches(value));
        Assert.Equal(selector.Requirements, FieldSelector.Parse(selector.ToString()).Requirements);
        Assert.Equal(text.Replace("==", "=", StringComparison.Ordinal), selector.ToString());
    }

    [Fact]
    public void FieldSelector_Built_IsEscaped()
    {
        Assert.Equal("spec.nodeName=a\\,b,status.phase!=Failed", FieldSelector.Everything.Where("spec.nodeName", "a,b").WhereNot("status.phase", "Failed").ToString());
        Assert.True(FieldSelector.Parse("").IsEmpty);
        Assert.Throws<ArgumentException>(() => FieldSelector.Everything.Where("a=b", "c"));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("=x")]
    [InlineData("!=x")]
    [InlineData("a=b=c")]
    [InlineData("a=b\\c")]
    [InlineData("a=b\\")]
    public void FieldSelector_ThatIsNone_IsRefusedAndNamed(string text) =>
        Assert.Contains($"\"{text}\"", Assert.Throws<FormatException>(() => FieldSelector.Parse(text)).Message, StringComparison.Ordinal);
}
