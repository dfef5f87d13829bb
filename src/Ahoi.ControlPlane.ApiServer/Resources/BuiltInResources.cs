using System.IO.Compression;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Kinds;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>Makes the built-in resources from Kubernetes' own discovery data.</summary>
internal sealed class BuiltInResources
{
    private static readonly Lazy<JsonMap> Data = new(ReadData);

    private readonly Dictionary<(string Group, string Plural), ResourceStorage> _storages = [];

    /// <summary>Gets or sets what answers subresources and reviews, by <c>group/resource</c> or <c>group/resource/subresource</c>.</summary>
    public required Handlers Handlers { get; init; }

    /// <summary>Gets whether endpoints may have loopback addresses.</summary>
    public bool LoopbackEndpoints { get; init; }

    /// <summary>Makes every built-in resource, in the order of discovery. Call it once for a server: the objects' caches are its own.</summary>
    public IReadOnlyList<ServedResource> Make()
    {
        var resources = new List<ServedResource>();
        foreach (var part in new[] { "core", "apis" })
        {
            foreach (var group in Data.Value.Map(part)!.List("items")!.Maps)
            {
                var name = group.Map("metadata")?.Text("name") ?? "";
                foreach (var version in group.List("versions")!.Maps)
                {
                    foreach (var resource in version.List("resources")!.Maps)
                    {
                        resources.Add(MakeOne(name, version.Text("version")!, resource));
                    }
                }
            }
        }

        return resources;
    }

    private ServedResource MakeOne(string group, string version, JsonMap data)
    {
        var plural = data.Text("resource")!;
        var kind = data.Map("responseKind")!.Text("kind")!;
        var verbs = Texts(data, "verbs");
        var kindOfGroup = new GroupVersionKind(group, version, kind);
        var subresources = (data.List("subresources")?.Maps ?? []).Select(s => MakeSubresource(kindOfGroup, plural, s)).ToArray();
        var stored = verbs.Contains("list", StringComparer.Ordinal);
        return new()
        {
            Group = group,
            Version = version,
            Plural = plural,
            Singular = data.Text("singularResource") ?? "",
            Kind = kind,
            RefusedKind = group == "events.k8s.io" ? new("", "v1", kind) : default,
            Namespaced = data.Text("scope") == "Namespaced",
            ShortNames = Texts(data, "shortNames"),
            Categories = Texts(data, "categories"),
            Verbs = verbs,
            Subresources = subresources,
            Schema = BuiltInSchemas.Find(kindOfGroup),
            Strategy = KindStrategies.For(group, kind, LoopbackEndpoints),
            Columns = KindTables.For(group, kind),
            SelectableFields = SelectableFields.Of(group, kind),
            Storage = stored ? StorageOf(group, plural) : null,
            Reader = CrossVersionReaders.For(kindOfGroup),
            OtherVersions = CrossVersionReaders.OtherVersions(kindOfGroup),
            Virtual = stored ? null : Handlers.FindVirtual(group, plural),
        };
    }

    private ServedSubresource MakeSubresource(GroupVersionKind parent, string plural, JsonMap data)
    {
        var name = data.Text("subresource")!;
        var kind = data.Map("responseKind")!;
        var group = kind.Text("group") ?? "";
        var version = kind.Text("version") ?? "";
        return new(
            name,
            version.Length == 0 ? parent with { Kind = kind.Text("kind")! } : new(group, version, kind.Text("kind")!),
            Texts(data, "verbs"))
        {
            Handler = Handlers.FindSubresource(parent.Group, plural, name),
            Scale = name == "scale" ? ScalePaths.BuiltIn : null,
        };
    }

    // Two groups show the same events.
    private ResourceStorage StorageOf(string group, string plural)
    {
        var key = group == "events.k8s.io" ? ("", plural) : (group, plural);
        if (!_storages.TryGetValue(key, out var storage))
        {
            _storages[key] = storage = new(key.Item1, key.plural);
        }

        return storage;
    }

    private static string[] Texts(JsonMap data, string key) => [.. data.List(key)?.Texts ?? []];

    private static JsonMap ReadData()
    {
        using var packed = typeof(BuiltInResources).Assembly.GetManifestResourceStream("discovery.json.gz")
            ?? throw new InvalidOperationException("The discovery data is missing from the assembly.");
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        unpacked.CopyTo(bytes);
        return JsonTree.ParseMap(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }
}
