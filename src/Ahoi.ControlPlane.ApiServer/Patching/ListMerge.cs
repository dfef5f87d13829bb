using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Patching;

/// <summary>Merges a list of a strategic merge patch into a list of an object.</summary>
internal static class ListMerge
{
    /// <summary>Merges lists by their items' key, or as sets of scalars where there is none.</summary>
    /// <param name="target">The object's list; taken over.</param>
    /// <param name="patch">The patch's list.</param>
    /// <param name="schema">The list's type.</param>
    /// <returns>The merged list: new items in front, known ones in their place.</returns>
    public static JsonList Merge(JsonList target, JsonList patch, Schema schema)
    {
        if (target.Count == 0 && patch.Count == 0)
        {
            return target;
        }

        var hasMaps = CheckItems(target, patch);
        if (!hasMaps)
        {
            var all = new JsonList();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var item in target.Concat(patch))
            {
                if (seen.Add(ItemOrder.NameOf(item, null)))
                {
                    all.Add(item);
                }
            }

            return Arrange(all, patch, target, null);
        }

        if (schema.PatchMergeKey is not { Length: > 0 } key)
        {
            throw PatchFailure.Unreasoned("A list of objects without a merge key cannot be merged.");
        }

        if (CarryOutDirectives(ref target, patch, key, out var changes))
        {
            return changes;
        }

        var merged = new JsonList(target);
        var places = new ItemOrder(target, key);
        foreach (var change in changes.Maps)
        {
            if (!change.ContainsKey(key))
            {
                throw PatchFailure.Unreasoned($"An item of the patch lacks its merge key {key}.");
            }

            var at = places.IndexOf(change);
            if (at < 0)
            {
                places.Add(change, merged.Count);
                merged.Add(PatchDirectives.Strip(change));
            }
            else
            {
                merged[at] = StrategicMergePatch.MergeMap((JsonMap)merged[at]!, change, schema.Items);
            }
        }

        return Arrange(merged, changes, target, key);
    }

    /// <summary>Puts items in order: those that a patch mentions as it does, the others where they stood among them.</summary>
    /// <param name="items">The items.</param>
    /// <param name="mentioned">The items or keys in the patch's order.</param>
    /// <param name="before">The items in the object's order.</param>
    /// <param name="key">The merge key, or <see langword="null"/> for scalars.</param>
    /// <returns>The ordered list.</returns>
    public static JsonList Arrange(JsonList items, JsonList mentioned, JsonList before, string? key)
    {
        var inPatch = new ItemOrder(mentioned, key);
        var inObject = new ItemOrder(before, key);
        var fromPatch = items.Where(i => inPatch.IndexOf(i) >= 0).OrderBy(inPatch.IndexOf).ToList();
        var others = items.Where(i => inPatch.IndexOf(i) < 0).OrderBy(inObject.IndexOf).ToList();
        var result = new JsonList(items.Count);
        var (o, p) = (0, 0);
        while (o < others.Count || p < fromPatch.Count)
        {
            var takeOther = p == fromPatch.Count;
            if (o < others.Count && p < fromPatch.Count)
            {
                var (left, right) = (inObject.IndexOf(others[o]), inObject.IndexOf(fromPatch[p]));
                takeOther = left >= 0 && right >= 0 && left < right;
            }

            result.Add(takeOther ? others[o++] : fromPatch[p++]);
        }

        return result;
    }

    /// <summary>Checks that a patch's list goes with the order that the patch gives.</summary>
    /// <param name="patch">The patch's list.</param>
    /// <param name="order">The order.</param>
    /// <param name="key">The merge key, or <see langword="null"/> for scalars.</param>
    public static void CheckOrder(JsonList patch, JsonList order, string? key)
    {
        if (order.Count == 0 && patch.Count == 0)
        {
            return;
        }

        var last = -1;
        var places = new ItemOrder(order, key);
        foreach (var item in patch)
        {
            if (item is JsonMap map && (map.ContainsKey(StrategicMergePatch.Directive) || key is null || !map.ContainsKey(key)))
            {
                continue;
            }

            var at = places.IndexOf(item);
            if (at <= last)
            {
                throw PatchFailure.Unreasoned("The items of a list are not in the order of its $setElementOrder.");
            }

            last = at;
        }
    }

    /// <summary>Takes out what the patch deletes; true if the patch replaces the list.</summary>
    private static bool CarryOutDirectives(ref JsonList target, JsonList patch, string key, out JsonList changes)
    {
        changes = new JsonList(patch.Count);
        var replaces = false;
        HashSet<string>? deleted = null;
        foreach (var item in patch.Maps)
        {
            if (!item.TryGetValue(StrategicMergePatch.Directive, out var directive))
            {
                changes.Add(item);
                continue;
            }

            switch (directive)
            {
                case "replace":
                    replaces = true;
                    break;
                case "delete" when item.ContainsKey(key):
                    (deleted ??= new(StringComparer.Ordinal)).Add(ItemOrder.NameOf(item, key));
                    break;
                case "delete":
                    throw PatchFailure.Unreasoned($"An item to delete lacks its merge key {key}.");
                default:
                    throw PatchFailure.Unreasoned($"A list has no patch directive {directive}.");
            }
        }

        if (deleted is not null)
        {
            target = new JsonList(target.Where(t => !deleted.Contains(ItemOrder.NameOf(t, key))));
        }

        return replaces;
    }

    private static bool CheckItems(JsonList target, JsonList patch)
    {
        bool? maps = null;
        foreach (var item in target.Concat(patch))
        {
            if (item is JsonList)
            {
                throw PatchFailure.Inapplicable("Lists of lists cannot be merged.");
            }

            if (maps is { } known && known != item is JsonMap)
            {
                throw PatchFailure.Unreasoned("A list to merge has items of different types.");
            }

            maps = item is JsonMap;
        }

        return maps == true;
    }
}
