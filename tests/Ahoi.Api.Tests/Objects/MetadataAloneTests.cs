using System.Text;
using System.Text.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Api.Tests.Objects;

public sealed class MetadataAloneTests
{
    private static readonly GroupVersionKind Ship = new("sea.example.com", "v1", "Ship");

    [Theory]
    [InlineData("""{"apiVersion":"v1","kind":"X","metadata":{"name":"a","labels":{"l":"m"}},"spec":{"metadata":{"name":"no"}}}""")]
    [InlineData("""{ "spec" : [ {"metadata":{"name":"no"}} , "}" ] , "metadata" : {"name":"a","labels":{"l":"m"}} }""")]
    [InlineData("""{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a","labels":{"l":"m"}}}""")]
    public void WithMetadataAlone_WhereverItStands_IsAllThatIsLeft(string json)
    {
        var alone = RawObject.Parse(Encoding.UTF8.GetBytes(json)).WithMetadataAlone(Ship);

        Assert.Equal("""{"apiVersion":"sea.example.com/v1","kind":"Ship","metadata":{"name":"a","labels":{"l":"m"}}}""", Encoding.UTF8.GetString(alone.Json.Span));
        Assert.Equal(Ship, alone.Type);
        Assert.Equal("a", alone.Name);
        Assert.Equal("m", alone.Labels["l"]);
    }

    [Fact]
    public void WithMetadataAlone_RemembersWhoWroteLast()
    {
        const string Json = """{"metadata":{"name":"a","managedFields":[{"manager":"us","time":"2026-01-01T00:00:00Z"},{"manager":"them","time":"2026-01-02T00:00:00Z"}]}}""";

        var alone = RawObject.Parse(Encoding.UTF8.GetBytes(Json), ManagedFieldsFilter.KeepOnly("us")).WithMetadataAlone(Ship);

        Assert.Equal("them", alone.LastManager);
        Assert.DoesNotContain("them", Encoding.UTF8.GetString(alone.Json.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void WithMetadataAlone_BrokenJsonBeforeIt_Throws()
    {
        var broken = RawObject.Parse(Encoding.UTF8.GetBytes("""{"metadata":{"name":"a"}}"""));

        Assert.Equal("a", broken.WithMetadataAlone(Ship).Name);
        Assert.ThrowsAny<JsonException>(() => RawObject.Parse(Encoding.UTF8.GetBytes("""{"spec":tru,"metadata":{"name":"a"}}""")).WithMetadataAlone(Ship));
    }
}
