using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.OpenApi;

/// <summary>A resource or subresource that the documents describe.</summary>
/// <param name="Resource">Group, version and plural.</param>
/// <param name="Kind">The kind that its requests carry; for a subresource possibly of another group (Scale).</param>
/// <param name="Namespaced">Whether its objects live in namespaces.</param>
/// <param name="Verbs">The verbs it serves: get, list, watch, create, update, patch, delete, deletecollection.</param>
internal sealed record OpenApiResource(GroupVersionResource Resource, GroupVersionKind Kind, bool Namespaced, IReadOnlyList<string> Verbs)
{
    /// <summary>Gets the subresource's name, or the empty string for the resource itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Gets the structural schema of a custom kind as its definition says it; <see langword="null"/> for a built-in kind.</summary>
    public JsonMap? CustomSchema { get; init; }

    /// <summary>Gets whether this is a custom kind, with a schema or without.</summary>
    public bool IsCustom { get; init; }
}
