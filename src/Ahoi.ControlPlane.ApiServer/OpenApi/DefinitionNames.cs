using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.OpenApi;

/// <summary>The names under which documents define the types of kinds.</summary>
internal static class DefinitionNames
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    /// <summary>The name of every object's metadata.</summary>
    public const string ObjectMeta = Meta + "ObjectMeta";

    /// <summary>The name of a list's metadata.</summary>
    public const string ListMeta = Meta + "ListMeta";

    /// <summary>The name of Status.</summary>
    public const string Status = Meta + "Status";

    /// <summary>The name of a patch's body.</summary>
    public const string Patch = Meta + "Patch";

    /// <summary>The name of a deletion's body.</summary>
    public const string DeleteOptions = Meta + "DeleteOptions";

    /// <summary>Gets the name of a resource's kind.</summary>
    /// <param name="resource">The resource.</param>
    /// <returns>The name, or <see langword="null"/> for a built-in kind without a type (options of connections).</returns>
    public static string? Of(OpenApiResource resource) => SchemaData.NameOf(resource.Kind) ?? (resource.IsCustom ? Custom(resource.Kind) : null);

    /// <summary>Gets the name of the list of a resource's kind.</summary>
    /// <param name="resource">The resource.</param>
    /// <returns>The name, or <see langword="null"/>.</returns>
    public static string? OfList(OpenApiResource resource)
    {
        var list = resource.Kind with { Kind = resource.Kind.Kind + "List" };
        return SchemaData.NameOf(list) ?? (resource.IsCustom ? Custom(list) : null);
    }

    /// <summary>Gets the name of a custom kind: the group back to front, the version, the kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>The name.</returns>
    public static string Custom(GroupVersionKind kind) =>
        $"{string.Join('.', kind.Group.Split('.').Reverse())}.{kind.Version}.{kind.Kind}";
}
