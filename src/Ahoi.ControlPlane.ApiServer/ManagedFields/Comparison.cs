using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>What differs between two states of an object, as sets of fields.</summary>
internal sealed class Comparison
{
    private static readonly object Missing = new();

    private FieldSet _added = new();
    private FieldSet _modified = new();
    private FieldSet _removed = new();

    /// <summary>Gets the fields that only the new state has.</summary>
    public FieldSet Added => _added;

    /// <summary>Gets the fields that both have, with different values.</summary>
    public FieldSet Modified => _modified;

    /// <summary>Gets the fields that only the old state has.</summary>
    public FieldSet Removed => _removed;

    /// <summary>Compares two states.</summary>
    /// <param name="before">The old state.</param>
    /// <param name="after">The new state.</param>
    /// <param name="schema">Their type.</param>
    /// <returns>The comparison.</returns>
    public static Comparison Of(JsonMap before, JsonMap after, Schema? schema)
    {
        var comparison = new Comparison();
        comparison.CompareMaps(comparison._added, comparison._modified, comparison._removed, before, after, schema);
        return comparison;
    }

    /// <summary>Leaves fields out, and what lies below them.</summary>
    /// <param name="fields">The fields.</param>
    public void Exclude(FieldSet fields)
    {
        _added = _added.ExceptBelow(fields);
        _modified = _modified.ExceptBelow(fields);
        _removed = _removed.ExceptBelow(fields);
    }

    private void CompareItem(
        FieldSet added, FieldSet modified, FieldSet removed, PathElement element, object? before, object? after, Schema? schema)
    {
        // Most of an object does not change; equal subtrees have nothing to say.
        if (JsonTree.Equals(before, after))
        {
            return;
        }

        var left = ReferenceEquals(before, Missing) ? null : before;
        var right = ReferenceEquals(after, Missing) ? null : after;
        var kind = FieldTypes.KindOf(schema, left, right);
        var isLeaf = kind == MergeKind.Leaf || (IsEmpty(left) && IsEmpty(right));
        if (!isLeaf && kind == MergeKind.Map && left is JsonMap or null && right is JsonMap or null)
        {
            CompareMaps(added.Descend(element), modified.Descend(element), removed.Descend(element), left as JsonMap, right as JsonMap, schema);
        }
        else if (!isLeaf && kind is MergeKind.Set or MergeKind.KeyedList && left is JsonList or null && right is JsonList or null)
        {
            CompareLists(added.Descend(element), modified.Descend(element), removed.Descend(element), left as JsonList, right as JsonList, schema!);
        }
        else if (!ReferenceEquals(before, Missing) && !ReferenceEquals(after, Missing))
        {
            CompareLeaves(added, modified, removed, element, left, right, schema);
        }

        if (ReferenceEquals(before, Missing))
        {
            added.Insert(element);
        }
        else if (ReferenceEquals(after, Missing))
        {
            removed.Insert(element);
        }
    }

    /// <summary>Where nothing declares a type, a value may have changed its own: what was below an old map has gone.</summary>
    private void CompareLeaves(
        FieldSet added, FieldSet modified, FieldSet removed, PathElement element, object? left, object? right, Schema? schema)
    {
        if (JsonTree.Equals(left, right))
        {
            return;
        }

        modified.Insert(element);
        if (schema is not null && schema.Form != SchemaForm.Any)
        {
            return;
        }

        if (left is JsonMap { Count: > 0 } was)
        {
            CompareMaps(new(), new(), removed.Descend(element), was, null, schema);
        }

        if (right is JsonMap { Count: > 0 } now)
        {
            CompareMaps(added.Descend(element), new(), new(), null, now, schema);
        }
    }

    private void CompareMaps(FieldSet added, FieldSet modified, FieldSet removed, JsonMap? before, JsonMap? after, Schema? schema)
    {
        if (before is not null)
        {
            foreach (var (name, left) in before)
            {
                object? right = Missing;
                if (after is not null && after.TryGetValue(name, out var found))
                {
                    right = found;
                }

                if (!ReferenceEquals(left, right))
                {
                    FieldTypes.IsDeclared(schema, name, out var field);
                    CompareItem(added, modified, removed, PathElement.Field(name), left, right, field);
                }
            }
        }

        if (after is not null)
        {
            foreach (var (name, right) in after)
            {
                if (before is null || !before.ContainsKey(name))
                {
                    FieldTypes.IsDeclared(schema, name, out var field);
                    CompareItem(added, modified, removed, PathElement.Field(name), Missing, right, field);
                }
            }
        }
    }

    private void CompareLists(FieldSet added, FieldSet modified, FieldSet removed, JsonList? before, JsonList? after, Schema schema)
    {
        var lefts = ByName(before, schema, out _);
        var rights = ByName(after, schema, out var order);
        foreach (var (name, left) in lefts)
        {
            var right = rights.GetValueOrDefault(name) ?? [];
            CompareItems(added, modified, removed, name, left, right, schema);
        }

        foreach (var name in order)
        {
            if (!lefts.ContainsKey(name))
            {
                CompareItems(added, modified, removed, name, [], rights[name], schema);
            }
        }
    }

    private void CompareItems(
        FieldSet added, FieldSet modified, FieldSet removed, PathElement name, List<object?> left, List<object?> right, Schema schema)
    {
        if (left.Count <= 1 && right.Count <= 1)
        {
            CompareItem(
                added, modified, removed, name, left.Count == 0 ? Missing : left[0], right.Count == 0 ? Missing : right[0], schema.Items);
            return;
        }

        // Items that share a name are owned together, as a leaf.
        if (left.Count > 1 && right.Count > 1)
        {
            if (left.Count != right.Count || left.Where((item, i) => !JsonTree.Equals(item, right[i])).Any())
            {
                modified.Insert(name);
            }
        }
        else if (left.Count > 1)
        {
            if (right.Count == 1)
            {
                CompareItem(added, modified, removed, name, Missing, right[0], schema.Items);
            }

            removed.Insert(name);
        }
        else
        {
            if (left.Count == 1)
            {
                CompareItem(added, modified, removed, name, left[0], Missing, schema.Items);
            }

            added.Insert(name);
        }
    }

    private static Dictionary<PathElement, List<object?>> ByName(JsonList? list, Schema schema, out List<PathElement> order)
    {
        var items = new Dictionary<PathElement, List<object?>>();
        order = [];
        foreach (var item in list ?? [])
        {
            if (FieldTypes.TryName(schema, item, out var name) is not null)
            {
                continue;
            }

            if (items.TryGetValue(name, out var same))
            {
                same.Add(item);
            }
            else
            {
                items.Add(name, [item]);
                order.Add(name);
            }
        }

        return items;
    }

    private static bool IsEmpty(object? value) => value is null or JsonMap { Count: 0 } or JsonList { Count: 0 };
}
