using System.Text;
using System.Text.Json;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Api.Tests.Objects;

public sealed class RawObjectTests
{
    private const string Managed =
        """[{"manager":"ours","operation":"Apply","fieldsV1":{"f:spec":{"f:a]\"}":{}}}},{"manager":"other","subresource":"status"},{"operation":"Update","manager":"ours"}]""";

    private const string Full =
        """
        {"kind":"Thing","apiVersion":"example.com/v1","metadata":{"name":"one","namespace":"here","uid":"u-1",
        "resourceVersion":"42","generation":7,"creationTimestamp":"2026-01-02T03:04:05Z","deletionTimestamp":"2026-01-02T03:04:06Z",
        "labels":{"app":"web","quote":"a\"b\\"},"annotations":{"é":"ü{"},
        "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"rs","uid":"u-0","controller":true,"blockOwnerDeletion":true}],
        "finalizers":["example.com/a","example.com/b"],"managedFields":MANAGED},
        "spec":{"text":"}{\"","list":[1,2.50,{"deep":[[]]}],"unknown":null},"status":{}}
        """;

    private static readonly string Json = Full.Replace("MANAGED", Managed, StringComparison.Ordinal);

    [Fact]
    public void Parse_EveryPartOfTheMetadata_IsThere()
    {
        AssertMetadata(RawObject.Parse(Encoding.UTF8.GetBytes(Json)));
    }

    [Fact]
    public void Parse_WithoutFilter_KeepsTheBytes()
    {
        var bytes = Encoding.UTF8.GetBytes(Json);

        Assert.Equal(bytes, RawObject.Parse(bytes).Json.ToArray());
    }

    [Fact]
    public void Parse_DroppingManagedFields_ChangesNothingElse()
    {
        var value = RawObject.Parse(Encoding.UTF8.GetBytes(Json), ManagedFieldsFilter.DropAll);

        AssertMetadata(value);
        Assert.True(value.ManagedFieldsJson.IsEmpty);
        var expected = JsonTree.ParseMap(Json);
        expected.Map("metadata")!.Remove("managedFields");
        Assert.True(JsonTree.Equals(expected, value.ToMap()));
    }

    [Theory]
    [InlineData("spec", "{\"text\":\"}{\\\"\",\"list\":[1,2.5,{\"deep\":[[]]}],\"unknown\":null}")]
    [InlineData("status", "{}")]
    [InlineData("kind", null)]
    [InlineData("name", null)]
    public void ToMap_OneProperty_IsThatAlone(string property, string? expected)
    {
        Assert.Equal(expected, RawObject.Parse(Encoding.UTF8.GetBytes(Json)).ToMap(property)?.ToString());
    }

    [Theory]
    [InlineData("""{"sp\u0065c":{"a":1}}""", "{\"a\":1}")]
    [InlineData("""{"specs":{},"spec":"{}"}""", null)]
    [InlineData("""{"spec":[1]}""", null)]
    [InlineData("""{}""", null)]
    public void ToMap_PropertyWrittenOtherwise_IsFoundByItsName(string json, string? expected)
    {
        Assert.Equal(expected, RawObject.Parse(Encoding.UTF8.GetBytes(json)).ToMap("spec")?.ToString());
    }

    [Fact]
    public void Read_FromALargerBuffer_IsACopyOfItsOwn()
    {
        var bytes = Encoding.UTF8.GetBytes(Json + " \n");

        var value = RawObjectReader.Read(bytes, ManagedFieldsFilter.KeepOnly("ours"));
        bytes.AsSpan().Clear();

        AssertMetadata(value);
        Assert.Equal(2, Assert.IsType<JsonList>(JsonTree.Parse(value.ManagedFieldsJson.Span)).Count);
    }

    [Theory]
    [InlineData("{\"a\":1}{")]
    [InlineData("{\"a\":1")]
    [InlineData("[]")]
    public void Read_NotOneObject_IsRefused(string json)
    {
        Assert.Throws<JsonException>(() => RawObjectReader.Read(Encoding.UTF8.GetBytes(json), null));
    }

    [Fact]
    public void LastManager_FilteredManagedFields_IsTheOneOfTheLatestTime()
    {
        const string Entries =
            """
            {"kind":"Thing","apiVersion":"v1","metadata":{"name":"a","managedFields":[
            {"manager":"ours","operation":"Apply","time":"2026-01-02T03:04:05Z"},
            {"manager":"late","operation":"Update","time":"2026-01-02T03:05:00Z"},
            {"manager":"early","operation":"Update","time":"2026-01-02T03:04:06Z"}]}}
            """;

        Assert.Equal("late", RawObject.Parse(Encoding.UTF8.GetBytes(Entries), ManagedFieldsFilter.KeepOnly("ours")).LastManager);
        Assert.Equal("late", RawObject.Parse(Encoding.UTF8.GetBytes(Entries), ManagedFieldsFilter.KeepOnly("nobody")).LastManager);
        Assert.Null(RawObject.Parse(Encoding.UTF8.GetBytes(Entries), ManagedFieldsFilter.DropAll).LastManager);
    }

    [Fact]
    public void Parse_KeepingOneManager_DropsTheOthers()
    {
        var value = RawObject.Parse(Encoding.UTF8.GetBytes(Json), ManagedFieldsFilter.KeepOnly("ours"));

        AssertMetadata(value);
        var expected = JsonTree.ParseMap(Json);
        expected.Map("metadata")!.List("managedFields")!.RemoveAt(1);
        Assert.True(JsonTree.Equals(expected, value.ToMap()));
        Assert.True(JsonTree.Equals(expected.At("metadata", "managedFields"), JsonTree.Parse(value.ManagedFieldsJson.Span)));
    }

    [Theory]
    [InlineData("""{"metadata":{"managedFields":[],"name":"a","uid":"u"},"kind":"K","apiVersion":"v1"}""")]
    [InlineData("""{"metadata":{"managedFields":[{"manager":"x"}]},"kind":"K","apiVersion":"v1"}""")]
    [InlineData("""{"metadata": { "name" : "a" , "managedFields" : [ { "manager" : "x" } ] , "uid" : "u" } , "kind" : "K" , "apiVersion" : "v1" } """)]
    [InlineData("""{"apiVersion":"v1","data":{"managedFields":"[x]"},"kind":"K","metadata":{"name":"a","managedFields":null}}""")]
    public void Parse_ManagedFieldsAnywhere_AreCutCleanly(string json)
    {
        var value = RawObject.Parse(Encoding.UTF8.GetBytes(json), ManagedFieldsFilter.DropAll);

        var expected = JsonTree.ParseMap(json);
        expected.Map("metadata")!.Remove("managedFields");
        var actual = value.ToMap();
        actual.Map("metadata")!.Remove("managedFields"); // A null costs nothing to keep.
        Assert.True(JsonTree.Equals(expected, actual));
        Assert.Equal(expected.Map("metadata")!.Text("name") ?? "", value.Name);
        Assert.Equal(expected.Map("metadata")!.Text("uid") ?? "", value.Uid);
        Assert.Equal("K", value.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"metadata":{"name":"a"}""")]
    [InlineData("""{"metadata":{"name":"a"}} x""")]
    [InlineData("""{"metadata" {}}""")]
    public void Parse_NotAnObject_Throws(string json) =>
        Assert.Throws<JsonException>(() => RawObject.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Parse_WithoutType_IsAnObjectOfNone()
    {
        var value = RawObject.Parse("""{"metadata":{"name":"a"}}"""u8.ToArray());

        Assert.Equal(("", "", "a"), (value.ApiVersion, value.Kind, value.Name));
    }

    [Fact]
    public void Parse_AnyPrefix_NeverReadsBeyondIt()
    {
        var bytes = Encoding.UTF8.GetBytes(Json.Trim());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<JsonException>(() => RawObject.Parse(bytes.AsMemory(0, length)));
        }
    }

    [Fact]
    public void Decode_ListInAnyPieces_GivesEveryObject()
    {
        var list = Encoding.UTF8.GetBytes(
            """{"kind":"ThingList","apiVersion":"example.com/v1","metadata":{"resourceVersion":"9","continue":"next","remainingItemCount":3},"items":[{"metadata":{"name":"first"},"spec":1},"""
            + Json + "],\"more\":{}}\n");
        for (var piece = 1; piece < list.Length; piece += 7)
        {
            var decoder = new RawListDecoder(ManagedFieldsFilter.DropAll);
            for (int start = 0, end = 0; end < list.Length || start < end;)
            {
                var before = (start, end);
                end = Math.Min(end + piece, list.Length);
                start += decoder.Decode(list.AsSpan(start, end - start));
                Assert.NotEqual(before, (start, end));
            }

            Assert.True(decoder.IsComplete);
            Assert.Equal(("9", "next", 3L), (decoder.ResourceVersion, decoder.Continue, decoder.RemainingItemCount));
            Assert.Equal(2, decoder.Items.Count);
            Assert.Equal("""{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"first"},"spec":1}""", Encoding.UTF8.GetString(decoder.Items[0].Json.Span));
            AssertMetadata(decoder.Items[1]);
        }
    }

    private static void AssertMetadata(RawObject value)
    {
        Assert.Equal(new("example.com", "v1", "Thing"), value.Type);
        Assert.Equal(new("here", "one"), value.Key);
        Assert.Equal("u-1", value.Uid);
        Assert.Equal("42", value.ResourceVersion);
        Assert.Equal(7, value.Generation);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), value.CreationTimestamp);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 6, TimeSpan.Zero), value.DeletionTimestamp);
        Assert.True(value.IsBeingDeleted);
        Assert.Equal("a\"b\\", value.Labels["quote"]);
        Assert.Equal("ü{", value.Annotations["é"]);
        Assert.Equal(
            new OwnerReference("apps/v1", "ReplicaSet", "rs", "u-0") { Controller = true, BlockOwnerDeletion = true },
            value.ControllerOwner);
        Assert.Equal(["example.com/a", "example.com/b"], value.Finalizers);
    }
}
