using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>Lays an applied configuration over a live object, and takes fields out of an object. Inputs are not changed; results may share parts with them.</summary>
internal static class ObjectMerge
{
    /// <summary>Merges a configuration into an object.</summary>
    /// <param name="live">The object.</param>
    /// <param name="applied">The configuration.</param>
    /// <param name="schema">Their type.</param>
    /// <returns>The merged object.</returns>
    public static JsonMap Merge(JsonMap live, JsonMap applied, Schema? schema) => MergeMaps(live, applied, schema);

    /// <summary>Takes fields out of an object.</summary>
    /// <param name="value">The object.</param>
    /// <param name="fields">The fields.</param>
    /// <param name="schema">Its type.</param>
    /// <returns>What is left.</returns>
    public static JsonMap Remove(JsonMap value, FieldSet fields, Schema? schema) => RemoveFrom(value, fields, schema) as JsonMap ?? [];

    private static object? MergeValues(object? live, object? applied, Schema? schema)
    {
        switch (FieldTypes.KindOf(schema, live, applied))
        {
            case MergeKind.Map when applied is JsonMap now && live is JsonMap { Count: > 0 } was && now.Count > 0:
                return MergeMaps(was, now, schema);
            case MergeKind.Map when live is JsonMap { Count: > 0 } && applied is null or JsonMap { Count: 0 }:
                return live;
            case MergeKind.Set or MergeKind.KeyedList when applied is JsonList now && live is JsonList { Count: > 0 } was && now.Count > 0:
                return MergeLists(was, now, schema!);
            case MergeKind.Set or MergeKind.KeyedList when live is JsonList { Count: > 0 } && applied is null or JsonList { Count: 0 }:
                return live;
            default:
                return applied;
        }
    }

    private static JsonMap MergeMaps(JsonMap live, JsonMap applied, Schema? schema)
    {
        var merged = new JsonMap(live.Count + applied.Count);
        foreach (var (name, was) in live)
        {
            FieldTypes.IsDeclared(schema, name, out var field);
            merged[name] = applied.TryGetValue(name, out var now) ? MergeValues(was, now, field) : was;
        }

        foreach (var (name, now) in applied)
        {
            if (!live.ContainsKey(name))
            {
                merged[name] = now;
            }
        }

        return merged;
    }

    /// <summary>
    /// The applied list's order holds for its items; what only the live list has keeps its place among the items they
    /// share.
    /// </summary>
    private static JsonList MergeLists(JsonList live, JsonList applied, Schema schema)
    {
        var liveNames = Names(live, schema);
        var appliedNames = Names(applied, schema);
        var liveItems = new Dictionary<PathElement, object?>();
        foreach (var (name, item) in liveNames)
        {
            // Items that share a name are not merged with what is applied, they are replaced by it.
            liveItems[name] = liveItems.ContainsKey(name) ? null : item;
        }

        var appliedItems = appliedNames.ToDictionary(n => n.Name, n => n.Item);
        var shared = new Queue<PathElement>(appliedNames.Select(n => n.Name).Where(liveItems.ContainsKey));
        var merged = new JsonList(Math.Max(live.Count, applied.Count));
        var done = new HashSet<PathElement>();
        var (l, a) = (0, 0);
        while (l < liveNames.Count || a < appliedNames.Count)
        {
            if (l < liveNames.Count)
            {
                var (name, item) = liveNames[l];
                if (!appliedItems.ContainsKey(name))
                {
                    merged.Add(item);
                    l++;
                    continue;
                }

                // An item that is shared, but not the next one of the applied order, comes later; one already merged is passed.
                if (done.Contains(name) || (a < appliedNames.Count && name != appliedNames[a].Name && shared.TryPeek(out var next) && next != name))
                {
                    l++;
                    continue;
                }

                if (a >= appliedNames.Count)
                {
                    l++;
                    continue;
                }
            }

            var (taken, now) = appliedNames[a++];
            done.Add(taken);
            merged.Add(liveItems.TryGetValue(taken, out var was) && was is not null ? MergeValues(was, now, schema.Items) : now);
            if (shared.TryPeek(out var head) && head == taken)
            {
                shared.Dequeue();
            }
        }

        return merged;
    }

    private static List<(PathElement Name, object? Item)> Names(JsonList list, Schema schema)
    {
        var names = new List<(PathElement, object?)>(list.Count);
        foreach (var item in list)
        {
            if (FieldTypes.TryName(schema, item, out var name) is null)
            {
                names.Add((name, item));
            }
        }

        return names;
    }

    private static object? RemoveFrom(object? value, FieldSet fields, Schema? schema)
    {
        switch (FieldTypes.KindOf(schema, value, null))
        {
            case MergeKind.Map when value is JsonMap map:
                var kept = new JsonMap(map.Count);
                foreach (var (name, item) in map)
                {
                    var element = PathElement.Field(name);
                    if (fields.Has(element))
                    {
                        continue;
                    }

                    FieldTypes.IsDeclared(schema, name, out var field);
                    kept[name] = fields.Below(element) is { IsEmpty: false } below ? RemoveFrom(item, below, field) : item;
                }

                return kept.Count == 0 ? null : kept;
            case MergeKind.Set or MergeKind.KeyedList when value is JsonList list:
                var items = new JsonList(list.Count);
                foreach (var item in list)
                {
                    if (FieldTypes.TryName(schema!, item, out var name) is not null)
                    {
                        items.Add(item);
                        continue;
                    }

                    if (!fields.Has(name))
                    {
                        items.Add(fields.Below(name) is { IsEmpty: false } below ? RemoveFrom(item, below, schema!.Items) : item);
                    }
                }

                return items.Count == 0 ? null : items;
            case MergeKind.Leaf when value is JsonMap or JsonList:
                return null;
            default:
                return value;
        }
    }
}
