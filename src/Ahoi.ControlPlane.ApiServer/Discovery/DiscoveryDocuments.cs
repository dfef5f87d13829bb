using System.Security.Cryptography;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Discovery;

/// <summary>The documents that say what is served. Made when first asked for, and again after the registry has changed.</summary>
internal sealed class DiscoveryDocuments(ResourceRegistry registry)
{
    private static readonly string[] CustomVerbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

    private readonly Lock _gate = new();
    private ResourceSet? _of;
    private Dictionary<string, DiscoveryDocument> _documents = [];

    /// <summary>Finds a document.</summary>
    /// <param name="path">The path without a trailing slash: <c>/api</c>, <c>/apis/apps</c>, <c>/apis/apps/v1</c>...; with <c>#</c> behind it, the aggregated form.</param>
    /// <returns>The document, or <see langword="null"/> if there is no such group or version.</returns>
    public DiscoveryDocument? Find(string path)
    {
        var set = registry.Current;
        lock (_gate)
        {
            if (!ReferenceEquals(_of, set))
            {
                _of = set;
                _documents = [];
            }

            if (_documents.TryGetValue(path, out var known))
            {
                return known;
            }
        }

        if (Make(set, path) is not { } json)
        {
            return null;
        }

        var document = DiscoveryDocument.Of(json);
        lock (_gate)
        {
            if (ReferenceEquals(_of, set))
            {
                _documents[path] = document;
            }
        }

        return document;
    }

    private static JsonMap? Make(ResourceSet set, string path)
    {
        switch (path)
        {
            case "/api":
                return new()
                {
                    ["kind"] = "APIVersions",
                    ["versions"] = new JsonList(["v1"]),
                    ["serverAddressByClientCIDRs"] = new JsonList(
                        [new JsonMap { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = "127.0.0.1" }]),
                };
            case "/api#":
                return AggregatedDiscovery.Of(set.Groups.Where(g => g.Name.Length == 0));
            case "/apis":
                return new()
                {
                    ["kind"] = "APIGroupList",
                    ["apiVersion"] = "v1",
                    ["groups"] = new JsonList(set.Groups.Where(g => g.Name.Length > 0).Select(g => Group(g, single: false))),
                };
            case "/apis#":
                return AggregatedDiscovery.Of(set.Groups.Where(g => g.Name.Length > 0));
        }

        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["apis", var group] => set.FindGroup(group) is { } found ? Group(found, single: true) : null,
            ["api", var version] => Resources(set, "", version),
            ["apis", var group, var version] => Resources(set, group, version),
            _ => null,
        };
    }

    private static JsonMap Group(ServedGroup group, bool single)
    {
        var versions = new JsonList(group.Versions.Select(v => GroupVersion(group.Name, v)));
        var json = new JsonMap();
        if (single)
        {
            json["kind"] = "APIGroup";
            json["apiVersion"] = "v1";
        }

        json["name"] = group.Name;
        json["versions"] = versions;
        json["preferredVersion"] = JsonTree.DeepClone(versions[0]);
        return json;
    }

    private static JsonMap GroupVersion(string group, string version) =>
        new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };

    private static JsonMap? Resources(ResourceSet set, string group, string version)
    {
        var served = set.All.Where(r => r.Group == group && r.Version == version).ToArray();
        if (served.Length == 0)
        {
            return null;
        }

        var json = new JsonMap { ["kind"] = "APIResourceList" };
        if (group.Length > 0)
        {
            json["apiVersion"] = "v1";
        }

        json["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}";
        var resources = new JsonList();
        foreach (var resource in served)
        {
            resources.Add(Resource(resource));
            foreach (var subresource in resource.Subresources)
            {
                resources.Add(Subresource(resource, subresource));
            }
        }

        json["resources"] = resources;
        return json;
    }

    private static JsonMap Resource(ServedResource resource)
    {
        var json = new JsonMap
        {
            ["name"] = resource.Plural,
            ["singularName"] = resource.Singular,
            ["namespaced"] = resource.Namespaced,
            ["kind"] = resource.Kind,
            ["verbs"] = new JsonList(resource.IsCustom ? CustomVerbs.Where(resource.Serves) : resource.Verbs),
        };
        if (resource.ShortNames.Count > 0)
        {
            json["shortNames"] = new JsonList(resource.ShortNames);
        }

        if (resource.Categories.Count > 0)
        {
            json["categories"] = new JsonList(resource.Categories);
        }

        if (resource.Storage is not null)
        {
            json["storageVersionHash"] = VersionHash(resource);
        }

        return json;
    }

    private static JsonMap Subresource(ServedResource resource, ServedSubresource subresource)
    {
        var json = new JsonMap
        {
            ["name"] = $"{resource.Plural}/{subresource.Name}",
            ["singularName"] = "",
            ["namespaced"] = resource.Namespaced,
        };
        if (subresource.Kind.Group != resource.Group || subresource.Kind.Version != resource.Version)
        {
            json["group"] = subresource.Kind.Group;
            json["version"] = subresource.Kind.Version;
        }

        json["kind"] = subresource.Kind.Kind;
        json["verbs"] = new JsonList(subresource.Verbs);
        return json;
    }

    private static string VersionHash(ServedResource resource)
    {
        var text = new GroupVersionKind(resource.Group, resource.Version, resource.Kind).ToString();
        return Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }
}

/// <summary>A discovery document as it goes over the wire.</summary>
/// <param name="Json">The UTF-8 JSON.</param>
/// <param name="ETag">What tells its states apart, in quotes.</param>
internal sealed record DiscoveryDocument(ReadOnlyMemory<byte> Json, string ETag)
{
    public static DiscoveryDocument Of(JsonMap json)
    {
        var bytes = JsonTree.ToUtf8(json);
        return new(bytes, $"\"{Convert.ToHexString(SHA512.HashData(bytes))}\"");
    }
}
