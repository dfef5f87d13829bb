using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.OpenApi;

/// <summary>Makes the definitions of custom kinds and their lists out of their structural schemas.</summary>
internal static class CustomDefinitions
{
    /// <summary>Makes definitions.</summary>
    /// <param name="resources">The resources; only custom ones count.</param>
    /// <param name="prefix">What precedes a definition's name in references.</param>
    /// <returns>The definitions by name.</returns>
    public static Dictionary<string, JsonMap> Of(IEnumerable<OpenApiResource> resources, string prefix)
    {
        var definitions = new Dictionary<string, JsonMap>(StringComparer.Ordinal);
        foreach (var resource in resources.Where(r => r.IsCustom && r.Subresource.Length == 0))
        {
            definitions[DefinitionNames.Of(resource)!] = Kind(resource, prefix);
            definitions[DefinitionNames.OfList(resource)!] = List(resource, prefix);
        }

        return definitions;
    }

    private static JsonMap Kind(OpenApiResource resource, string prefix)
    {
        var schema = resource.CustomSchema?.DeepClone() ?? new JsonMap { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
        var properties = new JsonMap
        {
            ["apiVersion"] = Text("the version of the kind's schema"),
            ["kind"] = Text("the kind"),
            ["metadata"] = Reference(prefix, DefinitionNames.ObjectMeta, "the object's metadata"),
        };
        foreach (var (name, property) in schema.Map("properties") ?? [])
        {
            if (!properties.ContainsKey(name))
            {
                properties[name] = property;
            }
        }

        schema["properties"] = properties;
        schema["x-kubernetes-group-version-kind"] = Of(resource.Kind);
        return schema;
    }

    private static JsonMap List(OpenApiResource resource, string prefix) => new()
    {
        ["description"] = $"{resource.Kind.Kind}List is a list of {resource.Kind.Kind}",
        ["type"] = "object",
        ["required"] = new JsonList { "items" },
        ["properties"] = new JsonMap
        {
            ["apiVersion"] = Text("the version of the kind's schema"),
            ["kind"] = Text("the kind"),
            ["metadata"] = Reference(prefix, DefinitionNames.ListMeta, "the list's metadata"),
            ["items"] = new JsonMap
            {
                ["type"] = "array",
                ["items"] = new JsonMap { ["$ref"] = prefix + DefinitionNames.Custom(resource.Kind) },
            },
        },
        ["x-kubernetes-group-version-kind"] = Of(resource.Kind with { Kind = resource.Kind.Kind + "List" }),
    };

    private static JsonMap Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static JsonMap Reference(string prefix, string name, string description) => new()
    {
        ["description"] = description,
        ["allOf"] = new JsonList { new JsonMap { ["$ref"] = prefix + name } },
    };

    private static JsonList Of(GroupVersionKind kind) =>
        [new JsonMap { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind }];
}
