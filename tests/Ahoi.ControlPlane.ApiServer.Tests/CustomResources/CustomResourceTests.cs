using System.Net;

namespace Ahoi.ControlPlane.ApiServer.Tests.CustomResources;

/// <summary>What a definition promises, kept for its objects.</summary>
public sealed class CustomResourceTests
{
    [Fact]
    public async Task Create_SchemaWithDefaults_FillsThemAndPrunesTheRest()
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.DefineAsync(DefinitionServer.Widget("""{"type":"object","properties":{"size":{"type":"integer","default":3}}}"""));

        var (code, body, warnings) = await server.CreateAsync("a", "\"spec\":{\"junk\":1}");

        Assert.Equal(HttpStatusCode.Created, code);
        Assert.Equal("""{"size":3}""", body.Map("spec")!.ToString());
        Assert.Contains("spec.junk", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_OldFaultUnchanged_IsTolerated()
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.DefineAsync(DefinitionServer.Widget("""{"type":"object","properties":{"size":{"type":"integer"},"other":{"type":"string"}}}"""));
        await server.CreateAsync("a", "\"spec\":{\"size\":9}");
        await server.SendAsync(
            "PATCH",
            DefinitionServer.Definitions + "/widgets.example.com",
            DefinitionServer.Parse("""{"spec":{"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer","maximum":5},"other":{"type":"string"}}}}}}}]}}"""),
            "application/merge-patch+json");
        await DefinitionServer.UntilAsync(async () =>
        {
            // The new schema is served once it refuses what it should.
            var (code, _, _) = await server.CreateAsync("probe", "\"spec\":{\"size\":8}");
            await server.SendAsync("DELETE", DefinitionServer.Widgets + "/probe");
            return code == HttpStatusCode.UnprocessableEntity;
        });

        var tolerated = await server.SendAsync("PATCH", DefinitionServer.Widgets + "/a", DefinitionServer.Parse("""{"spec":{"other":"x"}}"""), "application/merge-patch+json");
        var refused = await server.SendAsync("PATCH", DefinitionServer.Widgets + "/a", DefinitionServer.Parse("""{"spec":{"size":8}}"""), "application/merge-patch+json");

        Assert.Equal(HttpStatusCode.OK, tolerated.Code);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Code);
    }

    [Fact]
    public async Task Scale_PathsOfItsOwn_ReadAndWriteThem()
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.DefineAsync(DefinitionServer.Widget(
            """{"type":"object","properties":{"pool":{"type":"object","properties":{"members":{"type":"integer"}}}}}""",
            ",\"subresources\":{\"status\":{},\"scale\":{\"specReplicasPath\":\".spec.pool.members\",\"statusReplicasPath\":\".status.members\"}}"));
        await server.CreateAsync("a", "\"spec\":{\"pool\":{\"members\":2}}");

        var (_, before, _) = await server.SendAsync("GET", DefinitionServer.Widgets + "/a/scale");
        await server.SendAsync("PATCH", DefinitionServer.Widgets + "/a/scale", DefinitionServer.Parse("""{"spec":{"replicas":5}}"""), "application/merge-patch+json");
        var (_, after, _) = await server.SendAsync("GET", DefinitionServer.Widgets + "/a");

        Assert.Equal(2L, before.Map("spec")!["replicas"]);
        Assert.Equal(5L, after.Map("spec")!.Map("pool")!["members"]);
    }

    [Fact]
    public async Task List_SelectableField_FindsByIt()
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.DefineAsync(DefinitionServer.Widget("""{"type":"object","properties":{"color":{"type":"string"}}}""", ",\"selectableFields\":[{\"jsonPath\":\".spec.color\"}]"));
        await server.CreateAsync("a", "\"spec\":{\"color\":\"red\"}");
        await server.CreateAsync("b", "\"spec\":{\"color\":\"blue\"}");

        var (_, list, _) = await server.SendAsync("GET", DefinitionServer.Widgets + "?fieldSelector=spec.color%3Dblue");

        Assert.Equal("b", Assert.Single(list.List("items")!.Maps).Map("metadata")!.Text("name"));
    }

    [Fact]
    public async Task List_AsTable_ShowsColumnsThroughFilters()
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.DefineAsync(DefinitionServer.Widget(
            """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""",
            ",\"additionalPrinterColumns\":[{\"name\":\"Main\",\"type\":\"string\",\"jsonPath\":\".spec.parts[?(@.kind==\\\"main\\\")].name\"}]"));
        await server.CreateAsync("a", "\"spec\":{\"parts\":[{\"kind\":\"side\",\"name\":\"x\"},{\"kind\":\"main\",\"name\":\"y\"}]}");

        var (_, table, _) = await server.SendAsync("GET", DefinitionServer.Widgets, accept: "application/json;as=Table;v=v1;g=meta.k8s.io");

        Assert.Equal(["a", "y"], table.List("rows")!.Maps.Single().List("cells")!.Cast<string>());
    }

    [Fact]
    public async Task ReadOtherVersion_NoConversion_ShowsTheSameObject()
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.DefineAsync(DefinitionServer.Widget(
            """{"type":"object","properties":{"size":{"type":"integer"}}}""",
            versions: """,{"name":"v2","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}"""));
        await server.CreateAsync("a", "\"spec\":{\"size\":1}");

        var (code, body, _) = await server.SendAsync("GET", "/apis/example.com/v2/namespaces/default/widgets/a");

        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Equal("example.com/v2", body.Text("apiVersion"));
        Assert.Equal(1L, body.Map("spec")!["size"]);
    }

    [Theory]
    [InlineData("""{"kind":"Widget","metadata":{"name":"a"}}""")]
    [InlineData("""{"apiVersion":"example.com/v1","metadata":{"name":"a"}}""")]
    [InlineData("""{"apiVersion":"example.com/v1","kind":"Gadget","metadata":{"name":"a"}}""")]
    [InlineData("""{"apiVersion":"example.com/v2","kind":"Widget","metadata":{"name":"a"}}""")]
    public async Task Apply_OfAnotherKindOrNone_IsRefused(string applied)
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.DefineAsync(DefinitionServer.Widget("""{"type":"object"}"""));

        var (created, _, _) = await server.SendAsync("PATCH", DefinitionServer.Widgets + "/a?fieldManager=m", DefinitionServer.Parse(applied), "application/apply-patch+yaml");
        await server.CreateAsync("a", "\"spec\":{}");
        var (changed, _, _) = await server.SendAsync("PATCH", DefinitionServer.Widgets + "/a?fieldManager=m", DefinitionServer.Parse(applied), "application/apply-patch+yaml");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (created, changed));
    }

    [Fact]
    public async Task Define_KeywordNoStructuralSchemaHas_IsRefusedAtTheSchema()
    {
        await using var server = await DefinitionServer.StartAsync();

        var (code, body, _) = await server.SendAsync(
            "POST",
            DefinitionServer.Definitions,
            DefinitionServer.Widget("""{"type":"object","$schema":"http://json-schema.org/draft-04/schema#"}"""));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Equal(
            ["spec.validation.openAPIV3Schema"],
            body.Map("details")!.List("causes")!.Maps.Select(c => c.Text("field")!));
    }
}
