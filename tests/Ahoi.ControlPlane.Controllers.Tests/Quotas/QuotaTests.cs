using Ahoi.Api.Errors;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Tests.Quotas;

public sealed class QuotaTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Quotas = new("", "v1", "resourcequotas");
    private static readonly GroupVersionResource Leases = new("coordination.k8s.io", "v1", "leases");

    private ControlledCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await ControlledCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Quota_OfAKindWithoutAName_CountsWhatIsThereAndGivesBackWhatGoes()
    {
        await LeaseAsync("a");
        await _cluster.CreateAsync(Quotas, """
            {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": {"count/leases.coordination.k8s.io": "1"}}}
            """);
        await UsedAsync("1");
        Assert.Equal(403, (await Assert.ThrowsAsync<ApiException>(() => LeaseAsync("b"))).Code);

        await _cluster.Client.DeleteAsync(Leases, new("default", "a"));

        await UsedAsync("0");
        Assert.Equal("b", (await LeaseAsync("b")).Name);
    }

    private Task<Api.Json.JsonMap> UsedAsync(string count) => _cluster.GetUntilAsync(
        Quotas, "q", q => q.At("status", "used", "count/leases.coordination.k8s.io") as string == count, TimeSpan.FromSeconds(11));

    private Task<RawObject> LeaseAsync(string name) => _cluster.CreateAsync(Leases, $$$"""
        {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "{{{name}}}"}}
        """);
}
