using System.Collections.Concurrent;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Usage;
using Ahoi.Client.Discovery;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Quotas;

/// <summary>
/// Puts a quota's limits into force, and recounts what is used of it: the API server charges a quota as objects come, and
/// what goes is given back here.
/// </summary>
internal sealed class QuotaController
{
    private const string Count = "count/";
    private static readonly GroupVersionResource Quotas = new("", "v1", "resourcequotas");
    private static readonly TimeSpan RecountEvery = TimeSpan.FromMinutes(5); // As often as Kubernetes does.
    private static readonly TimeSpan RecountOthersEvery = TimeSpan.FromSeconds(10);
    private static readonly HashSet<string> Watched = new(StringComparer.Ordinal)
    {
        "pods", "services", "persistentvolumeclaims", "configmaps", "secrets", "replicationcontrollers", "resourcequotas",
    };

    private readonly ConcurrentDictionary<ObjectKey, bool> _quotas = new();

    /// <summary>Gets the quotas that an object may count for.</summary>
    public IEnumerable<ObjectKey> In(RawObject value) => _quotas.Keys.Where(q => q.Namespace == value.Namespace);

    public async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();

        // Asked of the server: counts from caches that lag would take back what was charged just now.
        if (await context.Client.FindAsync(Quotas, context.Key, null, cancellationToken).ConfigureAwait(false) is not { IsBeingDeleted: false } live)
        {
            _quotas.TryRemove(context.Key, out _);
            return description;
        }

        _quotas[context.Key] = true;
        var quota = live.ToMap();
        var hard = quota.Map("spec")?.Map("hard") ?? [];
        var used = new JsonMap();
        var (counted, others) = await CountAsync(quota, hard, context, cancellationToken).ConfigureAwait(false);
        foreach (var name in hard.Keys)
        {
            used[name] = counted.TryGetValue(name, out var amount) ? amount.ToString() : "0";
        }

        var status = new JsonMap { ["hard"] = hard.DeepClone(), ["used"] = used };
        if (JsonDifference.Between(quota.Map("status") ?? [], status) is { Count: > 0 } change)
        {
            // Guarded: what is charged meanwhile is counted again with the rest.
            await context.Writes.PatchAsync(live, new() { ["status"] = change }, cancellationToken, "status", guarded: true).ConfigureAwait(false);
        }

        return description.LookAgainAfter(others ? RecountOthersEvery : RecountEvery);
    }

    private static async Task<(Amounts Counted, bool Others)> CountAsync(JsonMap quota, JsonMap hard, ReconcileContext context, CancellationToken cancellationToken)
    {
        var (counted, others) = (new Amounts(), false);
        var catalog = await context.Client.Discovery.GetAsync(cancellationToken).ConfigureAwait(false);
        foreach (var name in hard.Keys.Select(ResourceOf).Distinct())
        {
            others |= !Watched.Contains(name);
            if (catalog.Find(name) is { Namespaced: true } resource)
            {
                await AddAsync(resource, quota, counted, context, cancellationToken).ConfigureAwait(false);
            }
        }

        return (counted, others);
    }

    private static async Task AddAsync(ApiResource resource, JsonMap quota, Amounts counted, ReconcileContext context, CancellationToken cancellationToken)
    {
        await foreach (var page in context.Client.ListPagesAsync(resource.Resource, context.Key.Namespace, null, cancellationToken).ConfigureAwait(false))
        {
            foreach (var item in page.Items)
            {
                var value = item.ToMap();
                value["kind"] = resource.Type.Kind; // Lists leave it to the list.
                if (QuotaScopes.Match(quota, value))
                {
                    counted.Add(QuotaUsage.Of(resource.Resource.Group, resource.Resource.Resource, value));
                }
            }
        }
    }

    /// <summary>Gets the resource that a quota counts under a name; what pods use has many names.</summary>
    private static string ResourceOf(string name) => name switch
    {
        _ when name.StartsWith(Count, StringComparison.Ordinal) => name[Count.Length..],
        "requests.storage" or "persistentvolumeclaims" => "persistentvolumeclaims",
        _ when name.Contains(".storageclass.storage.k8s.io/", StringComparison.Ordinal) => "persistentvolumeclaims",
        "services" or "services.nodeports" or "services.loadbalancers" => "services",
        "configmaps" or "secrets" or "replicationcontrollers" or "resourcequotas" => name,
        _ => "pods",
    };
}
