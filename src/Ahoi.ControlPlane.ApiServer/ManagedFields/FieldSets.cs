using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>Which fields a value has, and what a set of fields says about a type.</summary>
internal static class FieldSets
{
    /// <summary>Gets the fields that a value sets: leaves, items of lists, entries of free maps, and declared fields that are null or empty maps.</summary>
    /// <param name="value">The value.</param>
    /// <param name="schema">Its type.</param>
    /// <returns>The set.</returns>
    public static FieldSet Of(object? value, Schema? schema)
    {
        var set = new FieldSet();
        Collect(set, value, schema);
        return set;
    }

    /// <summary>Gets a set with the declared fields on the way to its members added as members.</summary>
    /// <param name="set">The set.</param>
    /// <param name="schema">The type of what it is about.</param>
    /// <returns>The fuller set.</returns>
    public static FieldSet WithNamedFields(FieldSet set, Schema? schema)
    {
        var result = new FieldSet();
        foreach (var (element, isMember, below) in set.Entries)
        {
            var child = ChildType(schema, element, out var declared);
            if (isMember || (declared && below is not null))
            {
                result.Insert(element);
            }

            if (below is not null)
            {
                result.Graft(element, WithNamedFields(below, child));
            }
        }

        return result;
    }

    /// <summary>Brings a set that was recorded under an older schema in line with the present one, where atomic types have become granular or the reverse.</summary>
    /// <param name="set">The set.</param>
    /// <param name="value">The live value.</param>
    /// <param name="schema">Its type.</param>
    /// <returns>The set, the same one if nothing changed.</returns>
    public static FieldSet Reconcile(FieldSet set, object? value, Schema? schema)
    {
        FieldSet? result = null;
        foreach (var entry in set.Entries)
        {
            var child = ChildType(schema, entry.Element, out _);
            var item = Item(value, schema, entry.Element);
            var changed = ReconcileEntry(entry, item, child);
            if (changed is { } other)
            {
                result ??= Copy(set);
                result = Replace(result, other);
            }
        }

        return result ?? set;
    }

    private static FieldSet.Entry? ReconcileEntry(FieldSet.Entry entry, object? item, Schema? child)
    {
        var isWhole = entry.IsMember && entry.Below is null or { IsEmpty: true };
        var isCollection = child is not null && (child.Form is SchemaForm.List or SchemaForm.Struct or SchemaForm.Map || child is { Form: SchemaForm.Any, Type: "object" });
        if (!isCollection)
        {
            return null;
        }

        var kind = FieldTypes.KindOf(child, item, null);
        if (kind == MergeKind.Leaf)
        {
            return isWhole || entry.Below is null ? null : new(entry.Element, true, null);
        }

        if (isWhole && entry.IsMember)
        {
            var granular = FieldSets.Of(item, child);
            return granular.IsEmpty ? null : new(entry.Element, true, granular);
        }

        if (entry.Below is null)
        {
            return null;
        }

        var below = Reconcile(entry.Below, item, child);
        return ReferenceEquals(below, entry.Below) ? null : new(entry.Element, entry.IsMember, below);
    }

    private static FieldSet Copy(FieldSet set) => set.Union(new FieldSet());

    private static FieldSet Replace(FieldSet set, FieldSet.Entry with)
    {
        var result = new FieldSet();
        foreach (var entry in set.Entries)
        {
            var (element, isMember, below) = entry.Element == with.Element ? with : entry;
            if (isMember)
            {
                result.Insert(element);
            }

            if (below is not null)
            {
                result.Graft(element, below);
            }
        }

        return result;
    }

    private static object? Item(object? value, Schema? schema, PathElement element)
    {
        if (element.Kind == PathElementKind.Field)
        {
            return (value as JsonMap)?[element.Text];
        }

        if (value is not JsonList list || schema?.ListType is not ("set" or "map"))
        {
            return null;
        }

        foreach (var item in list)
        {
            if (FieldTypes.TryName(schema, item, out var name) is null && name == element)
            {
                return item;
            }
        }

        return null;
    }

    private static Schema? ChildType(Schema? schema, PathElement element, out bool declared)
    {
        if (element.Kind == PathElementKind.Field)
        {
            declared = FieldTypes.IsDeclared(schema, element.Text, out var field);
            return field;
        }

        declared = false;
        return schema?.Items;
    }

    private static void Collect(FieldSet set, object? value, Schema? schema)
    {
        switch (FieldTypes.KindOf(schema, value, null))
        {
            case MergeKind.Map when value is JsonMap map:
                foreach (var (name, item) in map)
                {
                    CollectField(set, name, item, schema);
                }

                break;
            case MergeKind.Set or MergeKind.KeyedList when value is JsonList list:
                CollectItems(set, list, schema!);
                break;
        }
    }

    private static void CollectField(FieldSet set, string name, object? item, Schema? schema)
    {
        var element = PathElement.Field(name);
        var declared = FieldTypes.IsDeclared(schema, name, out var field);
        if (!declared || item is null or JsonMap { Count: 0 } || FieldTypes.KindOf(field, item, null) == MergeKind.Leaf)
        {
            set.Insert(element);
        }

        if (item is JsonMap { Count: > 0 } or JsonList { Count: > 0 } && FieldTypes.KindOf(field, item, null) != MergeKind.Leaf)
        {
            Collect(set.Descend(element), item, field);
        }
    }

    private static void CollectItems(FieldSet set, JsonList list, Schema schema)
    {
        HashSet<PathElement>? seen = list.Count > 1 ? [] : null;
        HashSet<PathElement>? twice = null;
        if (seen is not null)
        {
            foreach (var item in list)
            {
                if (FieldTypes.TryName(schema, item, out var name) is null && !seen.Add(name))
                {
                    (twice ??= []).Add(name);
                }
            }
        }

        foreach (var item in list)
        {
            if (FieldTypes.TryName(schema, item, out var name) is not null)
            {
                continue;
            }

            set.Insert(name);
            if (item is JsonMap && twice?.Contains(name) != true && FieldTypes.KindOf(schema.Items, item, null) == MergeKind.Map)
            {
                Collect(set.Descend(name), item, schema.Items);
            }
        }
    }
}
