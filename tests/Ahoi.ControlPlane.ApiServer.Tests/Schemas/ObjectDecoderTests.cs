using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Tests.Schemas;

public sealed class ObjectDecoderTests
{
    private const string Template = """{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}""";

    [Fact]
    public void Decode_EmptyAndNullFields_GoAway()
    {
        var decoded = Decode("v1", "ConfigMap", """
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":null,"annotations":{},"finalizers":[]},"data":{},"binaryData":null}
            """);

        Assert.Equal("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""", decoded.ToString());
    }

    [Fact]
    public void Decode_PodTemplate_ShowsExpectedStructs()
    {
        var decoded = Decode("apps/v1", "Deployment", $$$"""{"spec":{"minReadySeconds":0,"replicas":0,"template":{{{Template}}}}}""");

        Assert.Equal(
            """{"spec":{"replicas":0,"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","resources":{}}]}},"strategy":{}},"metadata":{},"status":{}}""",
            decoded.ToString());
    }

    [Fact]
    public void Decode_TwoTimes_ChangesNothingTheSecondTime()
    {
        var decoded = Decode("apps/v1", "Deployment", $$$"""{"spec":{"template":{{{Template}}}}}""");
        var first = decoded.ToString();
        ObjectDecoder.Decode(decoded, Find("apps/v1", "Deployment"));

        Assert.Equal(first, decoded.ToString());
    }

    [Fact]
    public void Decode_UnknownFields_AreNamedAndDropped()
    {
        var unknown = new List<string>();
        var decoded = JsonTree.ParseMap("""{"metadata":{"foo":1,"labels":{"a":"b"}},"spec":{"containers":[{"name":"c"},{"name":"d","bar":{}}]},"x":1}""");
        ObjectDecoder.Decode(decoded, Find("v1", "Pod"), unknown);

        Assert.Equal(["metadata.foo", "spec.containers[1].bar", "x"], unknown);
        Assert.False(decoded.ContainsKey("x"));
    }

    [Theory]
    [InlineData("v1", "Pod", """{"spec":{"containers":{}}}""", "spec.containers")]
    [InlineData("v1", "Pod", """{"spec":{"containers":[{"name":1}]}}""", "spec.containers[0].name")]
    [InlineData("apps/v1", "Deployment", """{"spec":{"replicas":"3"}}""", "spec.replicas")]
    [InlineData("apps/v1", "Deployment", """{"spec":{"replicas":3.5}}""", "spec.replicas")]
    [InlineData("apps/v1", "Deployment", """{"spec":{"replicas":3000000000}}""", "spec.replicas")]
    [InlineData("v1", "ConfigMap", """{"data":{"a":true}}""", "data.a")]
    [InlineData("v1", "Secret", """{"data":{"a":"%%%"}}""", "data.a")]
    [InlineData("v1", "ConfigMap", """{"metadata":{"creationTimestamp":"yesterday"}}""", "metadata.creationTimestamp")]
    [InlineData("coordination.k8s.io/v1", "Lease", """{"spec":{"renewTime":"2024-01-02T03:04:05.123456789Z"}}""", "spec.renewTime")]
    [InlineData("v1", "Pod", """{"spec":{"containers":[{"resources":{"limits":{"cpu":"abc"}}}]}}""", "spec.containers[0].resources.limits.cpu")]
    public void Decode_WrongType_NamesTheField(string apiVersion, string kind, string json, string field)
    {
        var exception = Assert.Throws<DecodingException>(() => Decode(apiVersion, kind, json));

        Assert.Equal(field, exception.Field);
    }

    [Fact]
    public void Decode_NullListItem_BecomesZero() =>
        Assert.Equal(
            """{"apiVersion":"v1","subsets":[{"addresses":[{"ip":""}]}],"metadata":{}}""",
            Decode("v1", "Endpoints", """{"apiVersion":"v1","subsets":[{"addresses":[null]}]}""").ToString());

    [Fact]
    public void Decode_EmptyRequiredLists_AreNull()
    {
        Assert.True(Decode("rbac.authorization.k8s.io/v1", "Role", """{"rules":[]}""") is { } role && role.ContainsKey("rules") && role["rules"] is null);
        Assert.Equal(
            """{"metadata":{},"endpoints":null,"ports":null,"addressType":""}""",
            new JsonMap { ["metadata"] = new JsonMap(), ["endpoints"] = null, ["ports"] = null, ["addressType"] = "" }.ToString());
        var slice = Decode("discovery.k8s.io/v1", "EndpointSlice", "{}");
        Assert.True(slice.ContainsKey("endpoints") && slice.ContainsKey("ports"));
    }

    [Fact]
    public void Decode_Event_ShowsUnsetTimesAsNull() =>
        Assert.Equal(
            """{"count":1,"eventTime":null,"firstTimestamp":null,"involvedObject":{},"lastTimestamp":null,"metadata":{},"reportingComponent":"","reportingInstance":"","source":{}}""",
            Sorted(Decode("v1", "Event", """{"count":1}""")));

    [Theory]
    [InlineData("1000m", "1")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("0.5", "500m")]
    [InlineData("1500m", "1500m")]
    [InlineData("100", "100")]
    [InlineData("1000", "1k")]
    [InlineData("1e3", "1e3")]
    [InlineData("12e2", "1200")]
    [InlineData("1Ki", "1Ki")]
    [InlineData("512Ki", "512Ki")]
    [InlineData("0.5Ki", "512")]
    [InlineData("0", "0")]
    [InlineData("-1", "-1")]
    [InlineData("+1", "1")]
    [InlineData(".5", "500m")]
    [InlineData("1n", "1n")]
    [InlineData("0.1n", "1n")]
    [InlineData("1E", "1E")]
    [InlineData("1536Mi", "1536Mi")]
    public void Quantity_Valid_IsCanonical(string given, string expected) => Assert.Equal(expected, QuantityText.Canonical(given));

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("1x")]
    [InlineData("1 ")]
    [InlineData("1.2.3")]
    [InlineData("1mi")]
    [InlineData("Mi")]
    public void Quantity_Invalid_IsNull(string given) => Assert.Null(QuantityText.Canonical(given));

    [Theory]
    [InlineData("2024-01-02T03:04:05.9+02:00", "2024-01-02T01:04:05Z")]
    [InlineData("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z")]
    public void Time_Valid_IsUtcSeconds(string given, string expected) => Assert.Equal(expected, ScalarText.Time(given));

    [Theory]
    [InlineData("YQ==", "YQ==")]
    [InlineData("YR==", "YQ==")]
    [InlineData("YW\nJj", "YWJj")]
    [InlineData("YQ", null)]
    [InlineData("Y Q=", null)]
    public void Base64_IsCanonicalOrRefused(string given, string? expected) => Assert.Equal(expected, ScalarText.Base64(given));

    [Fact]
    public void Find_EveryKind_ResolvesAndDecodesEmpty()
    {
        foreach (var kind in SchemaData.Kinds)
        {
            var schema = BuiltInSchemas.Find(kind)!;
            ObjectDecoder.Decode([], schema);
        }
    }

    [Fact]
    public void Prune_CustomObject_KeepsWhatTheSchemaKnows()
    {
        var schema = new Schema
        {
            Type = "object",
            Properties =
            {
                ["spec"] = new Schema
                {
                    Type = "object",
                    Properties = { ["known"] = new Schema { Type = "string" }, ["free"] = new Schema { Type = "object", PreserveUnknownFields = true } },
                },
            },
        };
        var unknown = new List<string>();
        var value = JsonTree.ParseMap("""{"apiVersion":"a/v1","kind":"K","metadata":{"name":"n","odd":1},"spec":{"known":null,"other":1,"free":{"x":1}},"status":{}}""");
        ObjectDecoder.Prune(value, schema, unknown);

        Assert.Equal("""{"apiVersion":"a/v1","kind":"K","metadata":{"name":"n"},"spec":{"known":null,"free":{"x":1}}}""", value.ToString());
        Assert.Equal(["metadata.odd", "spec.other", "status"], unknown);
    }

    private static Schema Find(string apiVersion, string kind) => BuiltInSchemas.Find(GroupVersionKind.Of(apiVersion, kind))!;

    private static JsonMap Decode(string apiVersion, string kind, string json)
    {
        var value = JsonTree.ParseMap(json);
        ObjectDecoder.Decode(value, Find(apiVersion, kind));
        return value;
    }

    private static string Sorted(JsonMap map)
    {
        var sorted = new JsonMap();
        foreach (var (key, value) in map.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            sorted[key] = value;
        }

        return sorted.ToString();
    }
}
