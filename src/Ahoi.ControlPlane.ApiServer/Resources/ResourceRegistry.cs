using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>
/// Every resource that is served. Readers take <see cref="Current"/>, an immutable snapshot; writers replace the resources of a
/// whole group-resource at once.
/// </summary>
internal sealed class ResourceRegistry
{
    private readonly Lock _gate = new();
    private volatile ResourceSet _current = ResourceSet.Empty;

    /// <summary>Gets what is served now.</summary>
    public ResourceSet Current => _current;

    /// <summary>Happens after a change, outside of any lock.</summary>
    public event Action<ResourceSet>? Changed;

    /// <summary>Serves a resource, all its versions at once, instead of what was served under the same group and plural.</summary>
    /// <param name="versions">The versions, the preferred one first.</param>
    public void Set(IReadOnlyList<ServedResource> versions) => Change(set => set.With(versions));

    /// <summary>Serves exactly these resources.</summary>
    public void SetAll(IEnumerable<ServedResource> resources) => Change(_ => ResourceSet.Of(resources));

    /// <summary>Stops serving a resource in all versions.</summary>
    public void Remove(string group, string plural) => Change(set => set.Without(group, plural));

    private void Change(Func<ResourceSet, ResourceSet> change)
    {
        ResourceSet changed;
        lock (_gate)
        {
            _current = changed = change(_current);
        }

        Changed?.Invoke(changed);
    }
}

/// <summary>The resources served at one moment.</summary>
internal sealed class ResourceSet
{
    public static readonly ResourceSet Empty = new([]);

    private readonly Dictionary<GroupVersionResource, ServedResource> _byPath;

    private ResourceSet(IReadOnlyList<ServedResource> all)
    {
        All = all;
        _byPath = all.ToDictionary(r => r.Resource);
        Groups = [.. all.GroupBy(r => r.Group, StringComparer.Ordinal).Select(g => new ServedGroup(g.Key, [.. g]))];
    }

    /// <summary>Gets every resource in every version, built-in ones first.</summary>
    public IReadOnlyList<ServedResource> All { get; }

    /// <summary>Gets the groups, built-in ones first.</summary>
    public IReadOnlyList<ServedGroup> Groups { get; }

    public ServedResource? Find(string group, string version, string plural) =>
        _byPath.GetValueOrDefault(new(group, version, plural));

    /// <summary>Finds a version of a kind.</summary>
    public ServedResource? FindKind(GroupVersionKind kind) => All.FirstOrDefault(r => r.GroupVersionKind == kind);

    public ServedGroup? FindGroup(string group) => Groups.FirstOrDefault(g => g.Name == group);

    public static ResourceSet Of(IEnumerable<ServedResource> resources) => new([.. resources]);

    public ResourceSet With(IReadOnlyList<ServedResource> versions)
    {
        if (versions.Count == 0)
        {
            return this;
        }

        var (group, plural) = (versions[0].Group, versions[0].Plural);
        return new([.. All.Where(r => r.Group != group || r.Plural != plural), .. versions]);
    }

    public ResourceSet Without(string group, string plural) =>
        new([.. All.Where(r => r.Group != group || r.Plural != plural)]);
}

/// <summary>The resources of one API group.</summary>
/// <param name="Name">The group's name; empty for core.</param>
/// <param name="Resources">Its resources in all versions.</param>
internal sealed record ServedGroup(string Name, IReadOnlyList<ServedResource> Resources)
{
    /// <summary>Gets whether definitions made it.</summary>
    public bool IsCustom => Resources.All(r => r.IsCustom);

    /// <summary>Gets the versions, the preferred one first.</summary>
    public IReadOnlyList<string> Versions => field ??= [.. Resources.Select(r => r.Version).Distinct(StringComparer.Ordinal).Order(ApiVersion.PreferredFirst)];
}
