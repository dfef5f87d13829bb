using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Patching;

/// <summary>Kubernetes' strategic merge patch: lists merge by key where their type says so, and directives steer it.</summary>
internal static class StrategicMergePatch
{
    internal const string Directive = "$patch";
    internal const string RetainKeys = "$retainKeys";
    internal const string DeletePrefix = "$deleteFromPrimitiveList/";
    internal const string OrderPrefix = "$setElementOrder/";

    /// <summary>Applies a patch.</summary>
    /// <param name="target">The document; not changed.</param>
    /// <param name="patch">The parsed patch.</param>
    /// <param name="schema">The kind's type.</param>
    /// <returns>The patched document.</returns>
    /// <exception cref="Ahoi.Api.Errors.ApiException">400 for a malformed patch, 422 or 500 as the real server answers one that does not fit.</exception>
    public static JsonMap Apply(JsonMap target, object? patch, Schema schema)
    {
        ArgumentNullException.ThrowIfNull(target);
        return patch is JsonMap map
            ? MergeMap(target.DeepClone(), map.DeepClone(), schema)
            : throw PatchFailure.Malformed("A strategic merge patch must be a JSON object.");
    }

    /// <summary>Merges a patch into a map; both are taken over.</summary>
    internal static JsonMap MergeMap(JsonMap target, JsonMap patch, Schema? schema)
    {
        if (patch.TryGetValue(Directive, out var directive))
        {
            switch (directive)
            {
                case "replace":
                    patch.Remove(Directive);
                    return patch;
                case "delete":
                    return [];
                default:
                    throw PatchFailure.Unreasoned($"A map has no patch directive {directive}.");
            }
        }

        KeepOnlyRetained(target, patch);
        MergeOrderedLists(target, patch, schema);
        foreach (var (name, value) in patch)
        {
            if (name.StartsWith(DeletePrefix, StringComparison.Ordinal))
            {
                DeleteFromList(target, name[DeletePrefix.Length..], value);
            }
            else if (value is null)
            {
                target.Remove(name);
            }
            else
            {
                MergeField(target, name, value, Field(schema, name));
            }
        }

        return target;
    }

    private static void MergeField(JsonMap target, string name, object value, Schema? field)
    {
        var strategy = Strategy(field);
        switch (value)
        {
            case JsonMap map when target[name] is JsonMap known:
                target[name] = strategy == "replace" ? map : MergeMap(known, map, field);
                break;
            case JsonList list when target[name] is JsonList known:
                target[name] = strategy == "merge" ? ListMerge.Merge(known, list, field!) : list;
                break;
            default:
                if (PatchDirectives.Strip(value) is { } plain)
                {
                    target[name] = plain;
                }
                else
                {
                    target.Remove(name);
                }

                break;
        }
    }

    private static void KeepOnlyRetained(JsonMap target, JsonMap patch)
    {
        if (!patch.TryGetValue(RetainKeys, out var given))
        {
            return;
        }

        patch.Remove(RetainKeys);
        if (given is not JsonList list)
        {
            throw PatchFailure.Malformed("$retainKeys must be a list of field names.");
        }

        var kept = list.Texts.ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in patch)
        {
            if (value is not null
                && !kept.Contains(name)
                && !name.StartsWith(DeletePrefix, StringComparison.Ordinal)
                && !name.StartsWith(OrderPrefix, StringComparison.Ordinal))
            {
                throw PatchFailure.Malformed($"The patch sets {name}, which $retainKeys does not list.");
            }
        }

        foreach (var name in target.Keys.ToArray())
        {
            if (!kept.Contains(name))
            {
                target.Remove(name);
            }
        }
    }

    /// <summary>Merges the lists whose order the patch gives, and takes them out of the patch.</summary>
    private static void MergeOrderedLists(JsonMap target, JsonMap patch, Schema? schema)
    {
        foreach (var directive in patch.Keys.Where(k => k.StartsWith(OrderPrefix, StringComparison.Ordinal)).ToArray())
        {
            var order = patch[directive] as JsonList ?? throw PatchFailure.Unreasoned($"{directive} must be a list.");
            patch.Remove(directive);
            var name = directive[OrderPrefix.Length..];
            var field = Field(schema, name);
            if (patch.TryGetValue(name, out var given) && given is not JsonList)
            {
                throw PatchFailure.Unreasoned($"{name} must be a list where {directive} is given.");
            }

            var known = target[name] as JsonList;
            var changes = given as JsonList;
            var key = field?.PatchMergeKey;
            ListMerge.CheckOrder(changes ?? [], order, key);
            var merged = (known, changes) switch
            {
                (null, null) => null,
                (_, null) => known,
                (null, _) => PatchDirectives.Strip(changes) as JsonList,
                _ => Strategy(field) == "merge" ? ListMerge.Merge(known, changes, field!) : changes,
            };
            patch.Remove(name);
            if (merged is not null)
            {
                target[name] = ListMerge.Arrange(merged, order, known ?? [], key);
            }
        }
    }

    private static void DeleteFromList(JsonMap target, string name, object? value)
    {
        if (value is not JsonList items)
        {
            throw PatchFailure.Malformed($"{DeletePrefix}{name} must be a list.");
        }

        if (target[name] is not JsonList known)
        {
            return;
        }

        var gone = items.Select(item => ItemOrder.NameOf(item, null)).ToHashSet(StringComparer.Ordinal);
        target[name] = new JsonList(known.Where(item => !gone.Contains(ItemOrder.NameOf(item, null))));
    }

    private static Schema? Field(Schema? schema, string name) =>
        schema is null ? null : schema.Properties.GetValueOrDefault(name) ?? schema.AdditionalProperties;

    private static string? Strategy(Schema? field) => field?.PatchStrategy switch
    {
        null or "" or "retainKeys" => null,
        var several => several.Split(',').FirstOrDefault(s => s != "retainKeys"),
    };
}
