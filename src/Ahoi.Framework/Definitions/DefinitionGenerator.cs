using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ahoi.Api.Json;
using Ahoi.Framework.Definitions.Schemas;

namespace Ahoi.Framework.Definitions;

/// <summary>Makes CustomResourceDefinitions from plain types with <see cref="CustomResourceAttribute"/>.</summary>
public static class DefinitionGenerator
{
    /// <summary>Makes the definitions of types; types of one group and kind become versions of one definition.</summary>
    /// <param name="types">The types.</param>
    /// <param name="json">How the types go over the wire; see <see cref="Objects.WireJson"/>.</param>
    /// <returns>The definitions, ordered by name.</returns>
    /// <exception cref="InvalidDefinitionException">A type cannot be a custom resource; all faults are named.</exception>
    public static IReadOnlyList<JsonMap> Create(IEnumerable<Type> types, JsonSerializerOptions json)
    {
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(json);
        return
        [
            .. types.Select(t => (Type: t, Attribute: t.GetCustomAttribute<CustomResourceAttribute>()
                    ?? throw new InvalidDefinitionException([$"{t} has no [CustomResource] attribute"])))
                .GroupBy(t => (t.Attribute.Group, Kind: KindOf(t.Type, t.Attribute)))
                .Select(g => Create(g.Key.Group, g.Key.Kind, [.. g], json))
                .OrderBy(d => (string)d.At("metadata", "name")!, StringComparer.Ordinal), // Set below.
        ];
    }

    internal static string KindOf(Type type, KubernetesObjectAttribute attribute) => attribute.Kind ?? type.Name;

    internal static string PluralOf(string kind)
    {
        var name = kind.ToLowerInvariant();
        return name switch
        {
            [.., 's'] or [.., 'x'] or [.., 'z'] or [.., 'c', 'h'] or [.., 's', 'h'] => name + "es",
            [.., not ('a' or 'e' or 'i' or 'o' or 'u'), 'y'] => name[..^1] + "ies",
            _ => name + "s",
        };
    }

    private static JsonMap Create(string group, string kind, (Type Type, CustomResourceAttribute Attribute)[] versions, JsonSerializerOptions json)
    {
        var faults = new List<string>();
        var first = versions.FirstOrDefault(v => v.Attribute.Storage, versions[0]).Attribute;
        if (versions.Length == 1)
        {
            first.Storage = true;
        }

        if (versions.Count(v => v.Attribute.Storage) != 1)
        {
            faults.Add($"exactly one version of {kind}.{group} must have Storage = true");
        }

        if (!group.Contains('.', StringComparison.Ordinal))
        {
            faults.Add($"the group of {kind} must be a domain name, as in example.com; it is '{group}'");
        }

        var plural = first.Plural ?? PluralOf(kind);
        var names = new JsonMap
        {
            ["kind"] = kind,
            ["listKind"] = kind + "List",
            ["plural"] = plural,
            ["singular"] = first.Singular ?? kind.ToLowerInvariant(),
        };
        if (first.ShortNames.Length > 0)
        {
            names["shortNames"] = new JsonList(first.ShortNames);
        }

        if (first.Categories.Length > 0)
        {
            names["categories"] = new JsonList(first.Categories);
        }

        var definition = new JsonMap
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonMap { ["name"] = $"{plural}.{group}" },
            ["spec"] = new JsonMap
            {
                ["group"] = group,
                ["names"] = names,
                ["scope"] = first.Scope.ToString(),
                ["versions"] = new JsonList(versions.OrderByDescending(v => v.Attribute.Storage).Select(v => Version(v.Type, v.Attribute, json, faults))),
            },
        };
        return faults.Count == 0 ? definition : throw new InvalidDefinitionException(faults);
    }

    private static JsonMap Version(Type type, CustomResourceAttribute attribute, JsonSerializerOptions json, List<string> faults)
    {
        var contract = json.GetTypeInfo(type);
        if (contract.Kind != JsonTypeInfoKind.Object)
        {
            faults.Add($"{type.Name} is no object on the wire");
            return [];
        }

        var generator = new SchemaGenerator(json, type.Name, faults);
        var schema = generator.Root(contract);
        var version = new JsonMap { ["name"] = attribute.Version, ["served"] = attribute.Served, ["storage"] = attribute.Storage };
        if (attribute.DeprecationWarning is { } warning)
        {
            version["deprecated"] = true;
            if (warning.Length > 0)
            {
                version["deprecationWarning"] = warning;
            }
        }

        version["schema"] = new JsonMap { ["openAPIV3Schema"] = schema };
        var subresources = new JsonMap { ["status"] = new JsonMap() };
        if (type.GetCustomAttribute<ScaleAttribute>() is { } scale)
        {
            var paths = new JsonMap { ["specReplicasPath"] = scale.SpecReplicasPath, ["statusReplicasPath"] = scale.StatusReplicasPath };
            if (scale.LabelSelectorPath is { } selector)
            {
                paths["labelSelectorPath"] = selector;
            }

            subresources["scale"] = paths;
        }

        version["subresources"] = subresources;
        var columns = new JsonList(type.GetCustomAttributes<PrinterColumnAttribute>().Select(c => Column(c, c.JsonPath, c.Type, type, faults)).Concat(generator.Columns));
        if (columns.Count > 0)
        {
            version["additionalPrinterColumns"] = columns;
        }

        if (generator.SelectableFields.Count > 0)
        {
            version["selectableFields"] = new JsonList(generator.SelectableFields.Select(p => new JsonMap { ["jsonPath"] = p }));
        }

        return version;
    }

    internal static JsonMap Column(PrinterColumnAttribute column, string? path, string? type, Type on, List<string> faults)
    {
        if (path is null || type is null)
        {
            faults.Add($"the printer column {column.Name} of {on.Name} needs a JsonPath and a Type");
        }

        var map = new JsonMap { ["name"] = column.Name, ["type"] = type ?? "", ["jsonPath"] = path ?? "" };
        if (column.Format is { } format)
        {
            map["format"] = format;
        }

        if (column.Description is { } description)
        {
            map["description"] = description;
        }

        if (column.Priority != 0)
        {
            map["priority"] = column.Priority;
        }

        return map;
    }
}
