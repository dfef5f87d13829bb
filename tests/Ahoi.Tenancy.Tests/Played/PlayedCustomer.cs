using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Testing;

namespace Ahoi.Tenancy.Tests.Played;

/// <summary>One customer of a cluster, and what must never be lost of it.</summary>
internal sealed class PlayedCustomer(TestCluster cluster, string name)
{
    public static readonly GroupVersionResource Customers = new("internal.example.com", "v1", "customers");
    public static readonly GroupVersionResource Databases = new("internal.example.com", "v1", "databases");
    public static readonly GroupVersionResource Schedulers = new("internal.example.com", "v1", "schedulers");
    public static readonly GroupVersionResource StatefulSets = new("apps", "v1", "statefulsets");
    public static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    public static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    public static readonly GroupVersionResource Claims = new("", "v1", "persistentvolumeclaims");
    public static readonly GroupVersionResource Volumes = new("", "v1", "persistentvolumes");

    public ObjectKey Key => new(null, name);

    public string Namespace => $"cust-{name}";

    public ObjectKey Child => new(Namespace, name);

    public Task CreateAsync() => cluster.Client.CreateAsync(Customers, null, JsonTree.ParseMap(
        $$$"""
        {
          "apiVersion": "internal.example.com/v1", "kind": "Customer", "metadata": { "name": "{{{name}}}" },
          "spec": {
            "deletionProtection": false,
            "quota": { "cpu": "8", "memory": "16Gi" },
            "features": {
              "database": { "enabled": true, "storage": "1gb" },
              "scheduler": { "enabled": true, "workers": 2 },
              "webhooks": { "enabled": true }
            }
          }
        }
        """));

    public Task SwitchAsync(bool on) => PatchAsync(
        """{"spec":{"features":{"database":{"enabled":ON},"scheduler":{"enabled":ON},"webhooks":{"enabled":ON}}}}""".Replace("ON", on ? "true" : "false", StringComparison.Ordinal));

    public Task PatchAsync(string json) => cluster.Client.PatchAsync(Customers, Key, Patch.Merge(JsonTree.ParseMap(json)));

    public Task DeleteAsync() => cluster.Client.DeleteAsync(Customers, Key);

    /// <summary>Waits until everything is as the customer's present spec wants it.</summary>
    public Task ReadyAsync() => cluster.WaitForAsync(Customers, Key, c => IsTrue(c, "Ready") && c.At("status", "observedGeneration") is long seen && seen == (long)c.At("metadata", "generation")!, Played.Limit);

    public Task GoneAsync() => cluster.WaitForAbsenceAsync(Customers, Key, Played.Limit);

    /// <summary>What is there of the customer that must stay as it is: its namespace, its database, its volume, its passwords.</summary>
    /// <returns>Uids and passwords by what they are of; what is not there (yet) is left out.</returns>
    public async Task<Dictionary<string, string>> KeptAsync()
    {
        var kept = new Dictionary<string, string>();
        foreach (var (resource, key) in new[]
        {
            (Namespaces, new ObjectKey(null, Namespace)),
            (Databases, Child),
            (StatefulSets, new(Namespace, $"{name}-postgres")),
        })
        {
            if (await cluster.Client.FindAsync(resource, key) is { } found)
            {
                kept[resource.Resource] = found.Uid;
            }
        }

        foreach (var secret in new[] { "logins", "postgres-admin", "ca" })
        {
            if (await cluster.Client.FindAsync(Secrets, new(Namespace, $"{name}-{secret}")) is { } found)
            {
                kept[secret] = found.ToMap().Map("data")!.ToString();
            }
        }

        foreach (var claim in (await cluster.Client.ListAsync(Claims, Namespace)).Items)
        {
            kept[$"claim {claim.Name}"] = claim.Uid;
        }

        foreach (var volume in await VolumesAsync())
        {
            kept[$"volume of {volume.ToMap().At("spec", "claimRef", "name")}"] = volume.Uid;
        }

        return kept;
    }

    /// <summary>The volumes that hold, or held, something of the customer's.</summary>
    public async Task<IReadOnlyList<RawObject>> VolumesAsync() =>
        [.. (await cluster.Client.ListAsync(Volumes)).Items.Where(v => v.ToMap().At("spec", "claimRef", "namespace") as string == Namespace)];

    public static bool IsTrue(JsonMap value, string type) =>
        (value.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == type && c.Text("status") == "True") == true;
}
