using System.Net;

namespace Ahoi.ControlPlane.ApiServer.Tests.CustomResources;

/// <summary>Definitions stay served, whatever happens to the watch that follows them.</summary>
public sealed class DefinitionControllerTests
{
    [Fact]
    public async Task Follow_WatchBreaksOff_LaterDefinitionsAreServed()
    {
        var store = new BreakingStore();
        await using var server = await DefinitionServer.StartAsync(store);
        store.Break();
        await DefinitionServer.UntilAsync(() => Task.FromResult(store.Watches > 1));

        await server.DefineAsync(DefinitionServer.Widget("""{"type":"object"}"""));

        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("GET", DefinitionServer.Widgets)).Code);
    }

    [Fact]
    public async Task Establish_NewDefinition_StatusBelongsToTheServer()
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.DefineAsync(DefinitionServer.Widget("""{"type":"object"}"""));

        var (_, definition, _) = await server.SendAsync("GET", DefinitionServer.Definitions + "/widgets.example.com");

        var entry = Assert.Single(definition.Map("metadata")!.List("managedFields")!.Maps, e => e.Text("subresource") == "status");
        Assert.Equal("kube-apiserver", entry.Text("manager"));
        Assert.NotNull(entry.Map("fieldsV1")?.Map("f:status")?.Map("f:acceptedNames"));
    }

    [Fact]
    public async Task Delete_DefinitionWithObjects_EmptiesAndFreesTheNames()
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.DefineAsync(DefinitionServer.Widget("""{"type":"object"}"""));
        await server.CreateAsync("a", "\"spec\":{}");

        await server.SendAsync("DELETE", DefinitionServer.Definitions + "/widgets.example.com");
        await DefinitionServer.UntilAsync(async () => (await server.SendAsync("GET", DefinitionServer.Definitions + "/widgets.example.com")).Code == HttpStatusCode.NotFound);
        await server.DefineAsync(DefinitionServer.Widget("""{"type":"object"}"""));

        Assert.Empty((await server.SendAsync("GET", DefinitionServer.Widgets)).Body.List("items")!);
    }
}
