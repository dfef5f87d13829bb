using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Discovery;

/// <summary>Everything served in one document: <c>apidiscovery.k8s.io/v2</c>.</summary>
internal static class AggregatedDiscovery
{
    public static JsonMap Of(IEnumerable<ServedGroup> groups) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = "apidiscovery.k8s.io/v2",
        ["metadata"] = new JsonMap(),
        ["items"] = new JsonList(groups.Select(Group)),
    };

    private static JsonMap Group(ServedGroup group) => new()
    {
        ["metadata"] = group.Name.Length == 0 ? new JsonMap() : new JsonMap { ["name"] = group.Name },
        ["versions"] = new JsonList(group.Versions.Select(version => new JsonMap
        {
            ["version"] = version,
            ["resources"] = new JsonList(group.Resources.Where(r => r.Version == version).Select(Resource)),
            ["freshness"] = "Current",
        })),
    };

    private static JsonMap Resource(ServedResource resource)
    {
        var json = new JsonMap
        {
            ["resource"] = resource.Plural,
            ["responseKind"] = Kind(resource.GroupVersionKind, resource),
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = new JsonList(resource.Verbs),
        };
        if (resource.ShortNames.Count > 0)
        {
            json["shortNames"] = new JsonList(resource.ShortNames);
        }

        if (resource.Categories.Count > 0)
        {
            json["categories"] = new JsonList(resource.Categories);
        }

        if (resource.Subresources.Count > 0)
        {
            json["subresources"] = new JsonList(resource.Subresources.Select(s => new JsonMap
            {
                ["subresource"] = s.Name,
                ["responseKind"] = Kind(s.Kind, resource),
                ["verbs"] = new JsonList(s.Verbs),
            }));
        }

        return json;
    }

    // A built-in kind of the list's own group and version says neither.
    private static JsonMap Kind(GroupVersionKind kind, ServedResource resource)
    {
        var own = !resource.IsCustom && kind.Group == resource.Group && kind.Version == resource.Version;
        return new()
        {
            ["group"] = own ? "" : kind.Group,
            ["version"] = own ? "" : kind.Version,
            ["kind"] = kind.Kind,
        };
    }
}
