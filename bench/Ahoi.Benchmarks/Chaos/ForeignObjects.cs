using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Benchmarks.Chaos;

/// <summary>Objects of nobody's, where the operators work: they must stay as they are.</summary>
internal sealed class ForeignObjects(LiveWorld world)
{
    private readonly List<(GroupVersionResource Resource, ObjectKey Key, string Uid, string Version)> _objects = [];

    public int Count => _objects.Count;

    /// <summary>Puts some beside a customer's, with names and labels like theirs.</summary>
    public async Task AddAsync(string customer)
    {
        var @namespace = $"cust-{customer}";
        var metadata = $$$"""
            "metadata":{"labels":{"app.kubernetes.io/name":"pgbouncer","internal.example.com/customer":"{{{customer}}}"},"name":"{{{customer}}}-foreign"}
            """;
        await CreateAsync(LiveWorld.ConfigMaps, @namespace, $$$"""{"apiVersion":"v1","kind":"ConfigMap",{{{metadata}}},"data":{"a":"b"}}""");
        await CreateAsync(LiveWorld.Secrets, @namespace, $$$"""{"apiVersion":"v1","kind":"Secret",{{{metadata}}},"stringData":{"a":"b"}}""");
        await CreateAsync(LiveWorld.Services, @namespace, $$$"""{"apiVersion":"v1","kind":"Service",{{{metadata}}},"spec":{"selector":{"none":"none"},"ports":[{"port":1}]}}""");
    }

    /// <summary>Makes a namespace that is somebody's, and a Customer that wants it.</summary>
    public async Task SquatAsync(string customer)
    {
        await CreateAsync(LiveWorld.Namespaces, null, $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"cust-{{{customer}}}"} }""");
        await CreateAsync(LiveWorld.Secrets, $"cust-{customer}", $$$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"{{{customer}}}-database"},"stringData":{"a":"b"}}""");
        await world.Client.CreateAsync(LiveWorld.Customers, null, JsonTree.ParseMap(
            $$$"""{"apiVersion":"internal.example.com/v1","kind":"Customer","spec":{"features":{"database":{"enabled":true,"storage":"1gb"} } },"metadata":{"name":"{{{customer}}}"} }"""));
        // The controllers put an account and the cluster's certificate into it, and the namespace has its finalizer.
        _objects.RemoveAt(_objects.Count - 2);
        var found = await world.UntilAsync(LiveWorld.Namespaces, new(null, $"cust-{customer}"), _ => true, TimeSpan.FromSeconds(5));
        _objects.Add((LiveWorld.Namespaces, new(null, $"cust-{customer}"), (string)found.At("metadata", "uid")!, (string)found.At("metadata", "resourceVersion")!));
    }

    /// <summary>Forgets those in a customer's namespace, which goes.</summary>
    public void Forget(string customer) => _objects.RemoveAll(o => o.Key.Namespace == $"cust-{customer}");

    /// <summary>Gives what is not as it was.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync()
    {
        var touched = new List<string>();
        foreach (var (resource, key, uid, version) in _objects)
        {
            var found = await world.Client.FindAsync(resource, key);
            if (found?.Uid != uid || found.ResourceVersion != version)
            {
                touched.Add($"{resource.Resource} {key}: {(found is null ? "gone" : "changed")}");
            }
        }

        return touched;
    }

    private async Task CreateAsync(GroupVersionResource resource, string? @namespace, string json)
    {
        var created = await world.Client.CreateAsync(resource, @namespace, JsonTree.ParseMap(json));
        _objects.Add((resource, created.Key, created.Uid!, created.ResourceVersion!));
    }
}
