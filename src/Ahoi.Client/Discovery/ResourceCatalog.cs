using Ahoi.Api.Objects;

namespace Ahoi.Client.Discovery;

/// <summary>The resources of a server at one moment.</summary>
public sealed class ResourceCatalog
{
    private readonly Dictionary<GroupVersionKind, ApiResource> _byType = [];
    private readonly Dictionary<GroupVersionResource, ApiResource> _byResource = [];

    internal ResourceCatalog(IReadOnlyList<ApiResource> resources, IReadOnlyList<string> failed)
    {
        Resources = resources;
        FailedGroupVersions = failed;
        foreach (var resource in resources)
        {
            _byType.TryAdd(resource.Type, resource);
            _byResource.TryAdd(resource.Resource, resource);
        }
    }

    /// <summary>Gets every resource, the core group first, a group's preferred version before its others.</summary>
    public IReadOnlyList<ApiResource> Resources { get; }

    /// <summary>Gets the group versions whose server did not answer, as an aggregated API's may.</summary>
    public IReadOnlyList<string> FailedGroupVersions { get; }

    /// <summary>Finds the resource of a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The resource, or <see langword="null"/>.</returns>
    public ApiResource? Find(GroupVersionKind type) => _byType.GetValueOrDefault(type);

    /// <summary>Finds a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <returns>What is known of it, or <see langword="null"/>.</returns>
    public ApiResource? Find(GroupVersionResource resource) => _byResource.GetValueOrDefault(resource);

    /// <summary>Finds a resource by plural, singular, kind or short name, with <c>.group</c> or <c>.version.group</c>
    /// where that is needed.</summary>
    /// <param name="name">The name, in any case.</param>
    /// <returns>The resource in its preferred version, or <see langword="null"/>.</returns>
    public ApiResource? Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var (plain, group) = dot < 0 ? (name, null) : (name[..dot], name[(dot + 1)..]);
        return Resources.FirstOrDefault(r => InGroup(r, group) && (Same(r.Resource.Resource, plain) || Same(r.Singular, plain)))
            ?? Resources.FirstOrDefault(r => InGroup(r, group) && r.ShortNames.Any(s => Same(s, plain)))
            ?? Resources.FirstOrDefault(r => InGroup(r, group) && Same(r.Type.Kind, plain));
    }

    private static bool InGroup(ApiResource resource, string? group) =>
        group is null
        || Same(resource.Resource.Group, group)
        || Same($"{resource.Resource.Version}.{resource.Resource.Group}", group);

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
