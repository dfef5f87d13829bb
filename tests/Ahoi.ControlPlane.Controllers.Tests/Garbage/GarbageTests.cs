using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Tests.Garbage;

public sealed class GarbageTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Maps = new("", "v1", "configmaps");
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");

    private ControlledCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await ControlledCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Chain_ItsHeadDeletedWhileNobodyWatched_IsCollectedLinkByLink()
    {
        var head = await CreateAsync(Maps, "head");
        var middle = await CreateAsync(Secrets, "middle", head);
        await CreateAsync(Maps, "tail", middle);
        await _cluster.StopControllersAsync();
        await _cluster.Client.DeleteAsync(Maps, head.Key);

        await _cluster.StartControllersAsync();

        await GoneAsync(Secrets, "middle");
        await GoneAsync(Maps, "tail");
    }

    [Fact]
    public async Task Orphaning_DependentsJustCreated_KeepsEachOfThem()
    {
        var owner = await CreateAsync(Maps, "owner");
        for (var n = 0; n < 20; n++)
        {
            await CreateAsync(Secrets, $"child-{n}", owner);
        }

        await _cluster.Client.DeleteAsync(Maps, owner.Key, new() { PropagationPolicy = "Orphan" });

        await GoneAsync(Maps, "owner");
        var children = (await _cluster.ListAsync(Secrets)).Where(s => ControlledCluster.NameOf(s).StartsWith("child-", StringComparison.Ordinal)).ToList();
        Assert.Equal(20, children.Count);
        Assert.All(children, c => Assert.Null(c.At("metadata", "ownerReferences")));
    }

    [Fact]
    public async Task Foreground_DependentThatIsHeld_KeepsItsOwnerUntilItIsReleased()
    {
        var owner = await CreateAsync(Maps, "owner");
        await CreateAsync(Secrets, "held", owner, finalizer: "example.com/hold");
        await _cluster.Client.DeleteAsync(Maps, owner.Key, new() { PropagationPolicy = "Foreground" });

        await _cluster.GetUntilAsync(Secrets, "held", s => s.At("metadata", "deletionTimestamp") is not null);
        Assert.NotNull(await _cluster.Client.FindAsync(Maps, owner.Key, null, TestContext.Current.CancellationToken));

        await _cluster.PatchAsync(Secrets, "held", """{"metadata": {"finalizers": null}}""");

        await GoneAsync(Secrets, "held");
        await GoneAsync(Maps, "owner");
    }

    [Fact]
    public async Task Circle_ForegroundDeletion_EndsAllTheSame()
    {
        var one = await CreateAsync(Maps, "one");
        var two = await CreateAsync(Maps, "two", one);
        await _cluster.PatchAsync(Maps, "one", new JsonMap { ["metadata"] = new JsonMap { ["ownerReferences"] = new JsonList { Reference(two) } } }.ToString());

        await _cluster.Client.DeleteAsync(Maps, one.Key, new() { PropagationPolicy = "Foreground" });

        await GoneAsync(Maps, "one");
        await GoneAsync(Maps, "two");
    }

    private Task<JsonMap> GoneAsync(GroupVersionResource resource, string name) => _cluster.GetUntilAsync(resource, name, v => v.Count == 0);

    private Task<RawObject> CreateAsync(GroupVersionResource resource, string name, RawObject? owner = null, string? finalizer = null)
    {
        var metadata = new JsonMap { ["name"] = name };
        if (owner is not null)
        {
            metadata["ownerReferences"] = new JsonList { Reference(owner) };
        }

        if (finalizer is not null)
        {
            metadata["finalizers"] = new JsonList { finalizer };
        }

        var kind = resource == Maps ? "ConfigMap" : "Secret";
        return _cluster.Client.CreateAsync(resource, "default", new JsonMap { ["apiVersion"] = "v1", ["kind"] = kind, ["metadata"] = metadata });
    }

    private static JsonMap Reference(RawObject owner) =>
        new() { ["apiVersion"] = owner.ApiVersion, ["kind"] = owner.Kind, ["name"] = owner.Name, ["uid"] = owner.Uid, ["blockOwnerDeletion"] = true };
}
