using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.OpenApi;

namespace Ahoi.ControlPlane.ApiServer.Tests.OpenApi;

public sealed class OpenApiDocumentsTests
{
    private static readonly string[] AllVerbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

    private static readonly OpenApiResource ConfigMaps = new(new("", "v1", "configmaps"), new("", "v1", "ConfigMap"), true, AllVerbs);
    private static readonly OpenApiResource Deployments = new(new("apps", "v1", "deployments"), new("apps", "v1", "Deployment"), true, AllVerbs);

    private static readonly OpenApiResource Scale =
        new(new("apps", "v1", "deployments"), new("autoscaling", "v1", "Scale"), true, ["get", "patch", "update"]) { Subresource = "scale" };

    private static readonly OpenApiResource Widgets = new(new("example.com", "v1", "widgets"), new("example.com", "v1", "Widget"), true, AllVerbs)
    {
        IsCustom = true,
        CustomSchema = JsonTree.ParseMap("""
            {"type":"object","properties":{"spec":{"type":"object","properties":{"n":{"type":"integer","nullable":true},"m":{"anyOf":[{"type":"string"}],"x-kubernetes-int-or-string":true}}}}}
            """),
    };

    [Fact]
    public void Find_GroupVersion_DescribesRequestsForKubectl()
    {
        var document = Parse(Documents().Find("apis/apps/v1")!);

        Assert.Equal("3.0.0", document.Text("openapi"));
        var patch = (JsonMap)document.At("paths", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "patch")!;
        Assert.Equal("""{"group":"apps","version":"v1","kind":"Deployment"}""", patch.Map("x-kubernetes-group-version-kind")!.ToString());
        Assert.Contains("fieldValidation", patch.List("parameters")!.Maps.Select(p => p.Text("name")));
        Assert.Contains("dryRun", patch.List("parameters")!.Maps.Select(p => p.Text("name")));
        Assert.Equal(
            "Scale",
            document.At("paths", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale", "get", "x-kubernetes-group-version-kind", "kind"));
    }

    [Fact]
    public void Find_AnyDocument_HasWhatItRefersTo()
    {
        foreach (var path in (string[])["api/v1", "apis/apps/v1", "apis/example.com/v1"])
        {
            var document = Parse(Documents().Find(path)!);
            var schemas = document.Map("components")!.Map("schemas")!;
            foreach (var reference in References(document))
            {
                Assert.True(schemas.ContainsKey(reference["#/components/schemas/".Length..]), reference);
            }
        }
    }

    [Fact]
    public void Version2_CustomKind_HasNoAlternatives()
    {
        var document = Parse(Documents().Version2);

        var fields = (JsonMap)document.At("definitions", "com.example.v1.Widget", "properties", "spec", "properties")!;
        Assert.Equal("""{"n":{},"m":{"x-kubernetes-int-or-string":true}}""", fields.ToString());
        Assert.Equal(
            "#/definitions/io.k8s.api.core.v1.ConfigMap",
            document.At("paths", "/api/v1/namespaces/{namespace}/configmaps", "post", "responses", "201", "schema", "$ref"));
        foreach (var reference in References(document))
        {
            Assert.True(document.Map("definitions")!.ContainsKey(reference["#/definitions/".Length..]), reference);
        }
    }

    [Fact]
    public void Index_LinksByHash_UnchangedGroupsKeepTheirs()
    {
        var first = new OpenApiDocuments([ConfigMaps, Deployments]);
        var second = new OpenApiDocuments([ConfigMaps, Deployments, Widgets], first);

        Assert.NotEqual(first.Index.Hash, second.Index.Hash);
        Assert.Same(first.Find("apis/apps/v1"), second.Find("apis/apps/v1"));
        Assert.Equal(
            $"/openapi/v3/apis/apps/v1?hash={second.Find("apis/apps/v1")!.Hash}",
            Parse(second.Index).At("paths", "apis/apps/v1", "serverRelativeURL"));
        Assert.Null(second.Find("apis/none/v1"));
    }

    [Theory]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", """{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}""")]
    [InlineData("""{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}""", """{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}""")]
    [InlineData("""{"x-kubernetes-int-or-string":true,"anyOf":[{"pattern":"x"}]}""", """{"x-kubernetes-int-or-string":true,"anyOf":[{"pattern":"x"}],"allOf":[{"anyOf":[{"type":"integer"},{"type":"string"}]}]}""")]
    [InlineData("""{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"type":"string"}}}""", """{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"type":"string"}}}""")]
    [InlineData("""{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set","example":["a"]}""", """{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"}""")]
    [InlineData("""{"type":"string","x-kubernetes-validations":[{"rule":"true"}],"nullable":true,"default":"x","externalDocs":{"url":"u"}}""", """{"type":"string","x-kubernetes-validations":[{"rule":"true"}],"nullable":true,"default":"x"}""")]
    public void Find_CustomKind_SaysTheSchemaInVersion3(string schema, string published) =>
        AssertSame(published, Published(schema, version2: false));

    [Theory]
    [InlineData("""{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"type":"string"}}}""", """{"x-kubernetes-preserve-unknown-fields":true}""")]
    [InlineData("""{"type":"array","nullable":true,"items":{"type":"string"}}""", "{}")]
    [InlineData("""{"type":"object","required":["a","b"],"properties":{"a":{"type":"string","nullable":true},"b":{"type":"string"}}}""", """{"type":"object","required":["b"],"properties":{"a":{},"b":{"type":"string"}}}""")]
    [InlineData("""{"type":"object","required":["a"],"additionalProperties":{"type":"string","nullable":true}}""", """{"type":"object","additionalProperties":{}}""")]
    [InlineData("""{"type":"string","oneOf":[{"minLength":1}],"not":{"pattern":"x"},"maxLength":3}""", """{"type":"string","maxLength":3}""")]
    public void Version2_CustomKind_SaysWhatKubectlCanLiveWith(string schema, string published) =>
        AssertSame(published, Published(schema, version2: true));

    [Fact]
    public void Find_EmbeddedObject_HasWhatEveryObjectHas()
    {
        var embedded = Published("""{"type":"object","x-kubernetes-embedded-resource":true,"required":["kind"],"properties":{"spec":{"type":"object"}}}""", version2: false);

        Assert.Equal(["spec", "apiVersion", "kind", "metadata"], embedded.Map("properties")!.Keys);
        Assert.Equal(["kind", "apiVersion"], embedded.List("required")!.Texts);
        Assert.Equal("#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", (embedded.At("properties", "metadata", "allOf") as JsonList)!.Maps.Single().Text("$ref"));
    }

    [Fact]
    public void Version2_KindThatKeepsAnything_ListsNoFields()
    {
        var documents = new OpenApiDocuments([Widgets with { CustomSchema = JsonTree.ParseMap("""{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"spec":{"type":"object"}}}"""u8) }]);

        var kind = (JsonMap)Parse(documents.Version2).At("definitions", "com.example.v1.Widget")!;

        Assert.Equal(["type", "x-kubernetes-group-version-kind"], kind.Keys);
    }

    private static void AssertSame(string expected, JsonMap actual) =>
        Assert.True(JsonTree.Equals(JsonTree.ParseMap(expected), actual), actual.ToString());

    private static JsonMap Published(string schema, bool version2)
    {
        var documents = new OpenApiDocuments([Widgets with { CustomSchema = JsonTree.ParseMap($$"""{"type":"object","properties":{"f":{{schema}} } }""") }]);
        return version2
            ? (JsonMap)Parse(documents.Version2).At("definitions", "com.example.v1.Widget", "properties", "f")!
            : (JsonMap)Parse(documents.Find("apis/example.com/v1")!).At("components", "schemas", "com.example.v1.Widget", "properties", "f")!;
    }

    private static OpenApiDocuments Documents() => new([ConfigMaps, Deployments, Scale, Widgets]);

    private static JsonMap Parse(OpenApiDocument document) => JsonTree.ParseMap(document.Json.Span);

    private static IEnumerable<string> References(object? node) => node switch
    {
        JsonMap map => map.SelectMany(e => e is { Key: "$ref", Value: string reference } ? [reference] : References(e.Value)),
        JsonList list => list.SelectMany(References),
        _ => [],
    };
}
