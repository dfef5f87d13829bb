using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Definitions;
using Ahoi.Framework.Objects;
using Ahoi.Framework.Tests.Engine;

namespace Ahoi.Framework.Tests.Definitions;

public sealed partial class DefinitionGeneratorTests
{
    [Fact]
    public void Create_CronTab_HasNamesColumnsAndStatus()
    {
        var definition = Assert.Single(DefinitionGenerator.Create([typeof(CronTab)], WireJson.Create()));

        Assert.Equal("crontabs.stable.example.com", definition.At("metadata", "name"));
        Assert.Equal("""{"kind":"CronTab","listKind":"CronTabList","plural":"crontabs","singular":"crontab","shortNames":["ct"]}""", definition.Map("spec")!["names"]!.ToString());
        var version = definition.Map("spec")!.List("versions")!.Maps.Single();
        Assert.Equal("""[{"name":"Schedule","type":"string","jsonPath":".spec.cronSpec"}]""", version["additionalPrinterColumns"]!.ToString());
        Assert.Equal("""{"status":{}}""", version["subresources"]!.ToString());
        var schema = (JsonMap)version.At("schema", "openAPIV3Schema")!;
        Assert.Equal("""["spec"]""", schema["required"]!.ToString());
        Assert.NotNull(schema.At("properties", "status", "properties", "conditions"));
        Assert.NotNull(schema.At("properties", "status", "properties", "job"));
    }

    [Fact]
    public void Create_Spec_HasWhatTheAttributesSay()
    {
        var spec = Schema<CronTab>("spec");

        Assert.Equal("""{"type":"string","pattern":"^(?:(\\S+ ){4}\\S+)$"}""", spec.At("properties", "cronSpec")!.ToString());
        Assert.Equal(
            """{"type":"string","description":"What runs.","x-kubernetes-validations":[{"rule":"self == oldSelf","message":"image cannot be changed"}]}""",
            spec.At("properties", "image")!.ToString());
        Assert.Equal("""{"type":"integer","format":"int32","minimum":0,"maximum":100,"default":1}""", spec.At("properties", "replicas")!.ToString());
        Assert.Equal("""["cronSpec","image"]""", spec["required"]!.ToString());
        Assert.Equal("many need an image", spec.List("x-kubernetes-validations")!.Maps.Single().Text("message"));
    }

    [Fact]
    public void Create_SourceGeneratedContext_SaysTheSame()
    {
        var reflected = DefinitionGenerator.Create([typeof(Gadget)], WireJson.Create());
        var generated = DefinitionGenerator.Create([typeof(Gadget)], WireJson.Create(GadgetJson.Default));

        Assert.Equal(reflected.Single().ToString(), generated.Single().ToString());
    }

    [Theory]
    [InlineData("color", """{"type":"string","enum":["Red","Green"]}""")]
    [InlineData("parts", """{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"size":{"type":"integer","format":"int64"}},"required":["name"]},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"]}""")]
    [InlineData("tags", """{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set","minItems":1}""")]
    [InlineData("labels", """{"type":"object","additionalProperties":{"type":"string"}}""")]
    [InlineData("port", """{"x-kubernetes-int-or-string":true}""")]
    [InlineData("free", """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""")]
    [InlineData("mode", """{"type":"string","enum":["fast","slow"],"default":"fast"}""")]
    [InlineData("since", """{"type":"string","format":"date-time"}""")]
    [InlineData("ratio", """{"type":"number","format":"double","minimum":0,"exclusiveMinimum":true}""")]
    public void Create_Property_HasItsSchema(string property, string expected) =>
        Assert.Equal(expected, Schema<Gadget>("spec").At("properties", property)?.ToString());

    [Fact]
    public void Create_TwoVersions_AreOneDefinition()
    {
        var definition = Assert.Single(DefinitionGenerator.Create([typeof(Gadget), typeof(GadgetV2)], WireJson.Create()));

        Assert.Equal(["v1", "v2"], definition.Map("spec")!.List("versions")!.Maps.Select(v => v.Text("name")));
        Assert.Equal([true, false], definition.Map("spec")!.List("versions")!.Maps.Select(v => v.Flag("storage")!.Value));
    }

    [Fact]
    public void Create_WrongTypes_NamesEveryFault()
    {
        var exception = Assert.Throws<InvalidDefinitionException>(() => DefinitionGenerator.Create([typeof(Broken)], WireJson.Create()));

        Assert.Equal(2, exception.Faults.Count);
    }

    [Theory]
    [InlineData("Customer", "customers")]
    [InlineData("Policy", "policies")]
    [InlineData("Ingress", "ingresses")]
    [InlineData("Gateway", "gateways")]
    public void PluralOf_Kind_IsEnglish(string kind, string plural) => Assert.Equal(plural, DefinitionGenerator.PluralOf(kind));

    private static JsonMap Schema<T>(string part) => (JsonMap)((JsonMap)DefinitionGenerator.Create([typeof(T)], WireJson.Create())
        .Single().Map("spec")!.List("versions")!.Maps.Single().At("schema", "openAPIV3Schema", "properties", part)!);

    [CustomResource("example.com", "v1")]
    public sealed record Gadget(ObjectMeta Metadata, GadgetSpec Spec);

    [CustomResource("example.com", "v2", Kind = "Gadget", Storage = false)]
    public sealed record GadgetV2(ObjectMeta Metadata, GadgetSpec Spec);

    public sealed record GadgetSpec
    {
        public Color Color { get; init; }

        [ListMap("name")]
        public IReadOnlyList<Part> Parts { get; init; } = [];

        [ListSet]
        [MinLength(1)]
        public IReadOnlyList<string>? Tags { get; init; }

        public IReadOnlyDictionary<string, string>? Labels { get; init; }

        [IntOrString]
        public string? Port { get; init; }

        public JsonMap? Free { get; init; }

        [AllowedValues("fast", "slow")]
        [DefaultValue("fast")]
        public string Mode { get; init; } = "fast";

        public DateTimeOffset? Since { get; init; }

        [Range(0d, double.MaxValue, MinimumIsExclusive = true)]
        public double? Ratio { get; init; }
    }

    public sealed record Part(string Name, long? Size = null);

    [JsonConverter(typeof(JsonStringEnumConverter<Color>))]
    public enum Color
    {
        Red,
        Green,
    }

    [CustomResource("nodomain", "v1")]
    [PrinterColumn("X")]
    public sealed record Broken;

    [JsonSerializable(typeof(Gadget))]
    private sealed partial class GadgetJson : JsonSerializerContext;
}
