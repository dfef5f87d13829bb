using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.OpenApi;

/// <summary>Makes the definitions of custom kinds and their lists out of their structural schemas.</summary>
internal static class CustomDefinitions
{
    /// <summary>Makes definitions.</summary>
    /// <param name="resources">The resources; only custom ones count.</param>
    /// <param name="prefix">What precedes a definition's name in references.</param>
    /// <param name="forVersion2">Whether they are for OpenAPI 2.0, which can say less.</param>
    /// <returns>The definitions by name.</returns>
    public static Dictionary<string, JsonMap> Of(IEnumerable<OpenApiResource> resources, string prefix, bool forVersion2)
    {
        var definitions = new Dictionary<string, JsonMap>(StringComparer.Ordinal);
        foreach (var resource in resources.Where(r => r.IsCustom && r.Subresource.Length == 0))
        {
            definitions[DefinitionNames.Of(resource)!] = Kind(resource, prefix, forVersion2);
            definitions[DefinitionNames.OfList(resource)!] = List(resource, prefix);
        }

        return definitions;
    }

    private static JsonMap Kind(OpenApiResource resource, string prefix, bool forVersion2)
    {
        if (resource.CustomSchema is not { } source || (forVersion2 && source.Flag("x-kubernetes-preserve-unknown-fields") == true))
        {
            // kubectl takes every field that is not listed for an unknown one, so none is.
            return new() { ["type"] = "object", ["x-kubernetes-group-version-kind"] = Of(resource.Kind) };
        }

        var schema = source.DeepClone();
        if (forVersion2)
        {
            PublishedSchemas.ForVersion2(schema, Metadata);
        }
        else
        {
            PublishedSchemas.ForVersion3(schema, Metadata);
        }

        var properties = new JsonMap
        {
            ["apiVersion"] = Text("the version of the kind's schema"),
            ["kind"] = Text("the kind"),
            ["metadata"] = Metadata(),
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

        JsonMap Metadata() => Reference(prefix, DefinitionNames.ObjectMeta, "the object's metadata");
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
                ["description"] = $"the objects: {resource.Resource.Resource}",
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
