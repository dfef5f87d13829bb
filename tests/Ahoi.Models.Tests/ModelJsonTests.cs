using System.Text;
using System.Text.Json;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Models.Json;
using k8s.Models;

namespace Ahoi.Models.Tests;

public sealed class ModelJsonTests
{
    [Theory]
    [InlineData("\"8080\"")]
    [InlineData("8080")]
    [InlineData("\"http\"")]
    [InlineData("\"25%\"")]
    public void IntOrString_ReadAndWritten_StaysWhatItWas(string value)
    {
        var json = """{"apiVersion":"v1","kind":"Service","spec":{"ports":[{"port":80,"targetPort":VALUE}]}}""".Replace("VALUE", value, StringComparison.Ordinal);

        Assert.Equal(json, RoundTrip<V1Service>(json));
    }

    [Theory]
    [InlineData("1.5Gi")]
    [InlineData("0.1")]
    [InlineData("100m")]
    [InlineData("1e3")]
    [InlineData("256Mi")]
    [InlineData("+5")]
    public void Quantity_ReadAndWritten_KeepsItsText(string text)
    {
        var json = """{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","resources":{"limits":{"memory":"VALUE"}}}]}}""".Replace("VALUE", text, StringComparison.Ordinal);

        Assert.Equal(json, RoundTrip<V1Pod>(json));
    }

    [Fact]
    public void Quantity_Nonsense_SaysWhere()
    {
        var failure = Assert.Throws<JsonException>(() => Parse(
            """{"spec":{"containers":[{"name":"a","resources":{"limits":{"memory":"lots"}}}]}}""").Decode<V1Pod>());

        Assert.Contains("limits.memory", failure.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void MicroTime_WholeSecond_HasSixDigits()
    {
        var lease = new V1Lease
        {
            Spec = new() { RenewTime = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), AcquireTime = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(1234567) },
            Metadata = new() { Name = "l", CreationTimestamp = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc) },
        };

        var map = ModelJson.ToMap(lease);

        Assert.Equal("2026-01-02T03:04:05.000000Z", map.At("spec", "renewTime"));
        Assert.Equal("2026-01-02T03:04:05.123456Z", map.At("spec", "acquireTime"));
        Assert.Equal("2026-01-02T03:04:05Z", map.At("metadata", "creationTimestamp"));
        Assert.Equal(("coordination.k8s.io/v1", "Lease"), (map.Text("apiVersion"), map.Text("kind")));
        Assert.Equal(lease.Spec.RenewTime, RawObject.FromMap(map).Decode<V1Lease>().Spec.RenewTime);
    }

    [Fact]
    public void Time_NineDigits_IsRead()
    {
        var pod = Parse("""{"metadata":{"creationTimestamp":"2026-01-02T03:04:05.123456789Z"}}""").Decode<V1Pod>();

        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), new DateTime(pod.Metadata.CreationTimestamp!.Value.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, DateTimeKind.Utc));
    }

    [Fact]
    public void ToMap_Nulls_AreLeftOut()
    {
        var map = ModelJson.ToMap(new V1ConfigMap { Metadata = new() { Name = "a" }, Data = new Dictionary<string, string> { ["key-A"] = "ä\"<" } });

        Assert.Equal("""{"apiVersion":"v1","data":{"key-A":"ä\"<"},"kind":"ConfigMap","metadata":{"name":"a"}}""", map.ToString());
    }

    [Fact]
    public void Decode_ListItem_KnowsItsType()
    {
        var decoder = new RawListDecoder(null);
        decoder.Decode("""{"kind":"DeploymentList","apiVersion":"apps/v1","metadata":{},"items":[{"metadata":{"name":"a"},"spec":{"replicas":3,"unknown":1}}]}"""u8);

        var deployment = decoder.Items[0].Decode<V1Deployment>();

        Assert.Equal(("apps/v1", "Deployment", 3), (deployment.ApiVersion, deployment.Kind, deployment.Spec.Replicas));
    }

    [Fact]
    public void Codecs_EveryModelOfAnObject_HasOne()
    {
        var models = typeof(V1Pod).Assembly.GetExportedTypes().Where(t => t.IsClass && !t.IsAbstract && ModelType.Find(t) is not null).ToArray();

        Assert.True(models.Length > 100);
        Assert.All(models, m => Assert.NotNull(OfficialModels.Codecs.Find(m)));
    }

    [Fact]
    public void Codecs_Deployment_IsWrittenAsTheApiSaysIt()
    {
        var codec = OfficialModels.Codecs.Find(typeof(V1Deployment))!;

        var map = codec.Encode(new V1Deployment { Metadata = new() { Name = "a" }, Spec = new() { Replicas = 2 } });

        Assert.Equal("Deployment", map.Text("kind"));
        Assert.Equal(2L, map.At("spec", "replicas"));
        Assert.Equal(2, ((V1Deployment)codec.Decode(RawObject.FromMap(map))).Spec.Replicas);
    }

    [Fact]
    public void Of_Models_SayWhereTheyAreServed()
    {
        Assert.Equal(new("apps", "v1", "deployments"), ModelType.Of<V1Deployment>().Resource);
        Assert.Equal(new("", "v1", "ConfigMap"), ModelType.Of<V1ConfigMap>().Type);
        Assert.Throws<ArgumentException>(() => ModelType.Of<string>());
    }

    private static RawObject Parse(string json) => RawObject.Parse(Encoding.UTF8.GetBytes(json));

    private static string RoundTrip<T>(string json)
        where T : notnull
    {
        var written = JsonTree.ParseMap(ModelJson.ToUtf8(Parse(json).Decode<T>()));
        Assert.True(JsonTree.Equals(JsonTree.ParseMap(json), written), written.ToString());
        return json;
    }
}
