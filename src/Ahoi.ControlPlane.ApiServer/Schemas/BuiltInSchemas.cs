using System.Collections.Concurrent;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>The types of the built-in kinds, read from the schema data when they are first asked for.</summary>
internal static class BuiltInSchemas
{
    private const string ReferencePrefix = "#/components/schemas/";
    private const string ObjectMetaName = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, Schema> Definitions = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<GroupVersionKind, Schema?> Found = new();

    private static readonly Lazy<Schema> LazyObjectMeta = new(() => Definition(ObjectMetaName));

    /// <summary>Gets the type of every object's metadata.</summary>
    public static Schema ObjectMeta => LazyObjectMeta.Value;

    /// <summary>Finds the type of a built-in kind, List kinds and options kinds included.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>The type, or <see langword="null"/> if there is no such kind.</returns>
    public static Schema? Find(GroupVersionKind kind)
    {
        // Unknown kinds are not remembered: clients choose them, and the answer is a quick look-up anyway.
        if (Found.TryGetValue(kind, out var known))
        {
            return known;
        }

        return SchemaData.NameOf(kind) is { } name ? Found.GetOrAdd(kind, Definition(name)) : null;
    }

    private static Schema Definition(string name)
    {
        lock (Gate)
        {
            return ResolveLocked(name);
        }
    }

    private static Schema ResolveLocked(string name)
    {
        if (Definitions.TryGetValue(name, out var known))
        {
            return known;
        }

        var schema = new Schema();
        Definitions.Add(name, schema);
        var source = SchemaData.Definition(name) ?? throw new InvalidOperationException($"The schema data lacks {name}.");
        schema.Source = source;
        var shortName = name[(name.LastIndexOf('.') + 1)..];
        if (WellKnown(shortName, schema))
        {
            return schema;
        }

        FillLocked(schema, source, name);
        return schema;
    }

    /// <summary>Types that write themselves as JSON in a way the data does not say.</summary>
    private static bool WellKnown(string shortName, Schema schema)
    {
        switch (shortName)
        {
            case "Quantity":
                (schema.Type, schema.Format) = ("string", "quantity");
                return true;
            case "IntOrString":
                (schema.IntOrString, schema.Format) = (true, "int-or-string");
                return true;
            case "Time":
                (schema.Type, schema.Format) = ("string", "date-time");
                return true;
            case "MicroTime":
                (schema.Type, schema.Format) = ("string", "micro-time");
                return true;
            case "RawExtension" or "FieldsV1" or "Patch":
                (schema.Type, schema.PreserveUnknownFields) = ("object", true);
                return true;
            case "JSON" or "JSONSchemaPropsOrArray" or "JSONSchemaPropsOrBool" or "JSONSchemaPropsOrStringArray":
                schema.PreserveUnknownFields = true;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Fills a node; what copies for fields share (the properties) is filled in place, so that recursive types hold together.</summary>
    private static void FillLocked(Schema schema, JsonMap source, string owner)
    {
        schema.Type = source.Text("type") ?? "";
        schema.Format = source.Text("format");
        schema.ListType = source.Text("x-kubernetes-list-type");
        schema.MapType = source.Text("x-kubernetes-map-type");
        schema.PatchStrategy = source.Text("x-kubernetes-patch-strategy");
        schema.PatchMergeKey = source.Text("x-kubernetes-patch-merge-key");
        if (source.List("x-kubernetes-list-map-keys") is { } keys)
        {
            schema.ListMapKeys = [.. keys.Texts];
        }

        if (source.List("required") is { } required)
        {
            schema.Required.UnionWith(required.Texts);
        }

        if (source.TryGetValue("default", out var initial))
        {
            schema.HasDefault = true;
            schema.Default = initial;
        }

        if (source.Map("items") is { } items)
        {
            schema.Items = NodeLocked(items, owner);
        }

        if (source.Map("additionalProperties") is { } values)
        {
            schema.AdditionalProperties = NodeLocked(values, owner);
        }

        if (source.Map("properties") is { } properties)
        {
            foreach (var (name, node) in properties)
            {
                var field = NodeLocked((JsonMap)node!, owner);
                var presence = FieldPresences.Of(owner, name, (JsonMap)node!, field, schema.Required.Contains(name));
                if (presence != field.Presence)
                {
                    field = field.ForField();
                    field.Presence = presence;
                }

                schema.Properties[name] = field;
            }
        }
    }

    private static Schema NodeLocked(JsonMap source, string owner)
    {
        if (source.Text("$ref") is { } reference)
        {
            return ResolveLocked(reference[ReferencePrefix.Length..]);
        }

        if (source.List("allOf") is [JsonMap only])
        {
            var target = NodeLocked(only, owner);
            if (source.Count == 1)
            {
                return target;
            }

            var copy = target.ForField();
            copy.MapType = source.Text("x-kubernetes-map-type") ?? copy.MapType;
            copy.ListType = source.Text("x-kubernetes-list-type") ?? copy.ListType;
            copy.PatchStrategy = source.Text("x-kubernetes-patch-strategy") ?? copy.PatchStrategy;
            copy.PatchMergeKey = source.Text("x-kubernetes-patch-merge-key") ?? copy.PatchMergeKey;
            if (source.TryGetValue("default", out var initial))
            {
                copy.HasDefault = true;
                copy.Default = initial;
            }

            return copy;
        }

        var schema = new Schema { Source = source };
        FillLocked(schema, source, owner);
        return schema;
    }
}
