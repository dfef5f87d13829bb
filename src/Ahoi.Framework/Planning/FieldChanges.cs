using Ahoi.Api.Json;

namespace Ahoi.Framework.Planning;

/// <summary>Names the fields in which two states of an object differ, with their values.</summary>
internal static class FieldChanges
{
    private const string Hidden = "(hidden)";

    private static readonly HashSet<string> Bookkeeping = new(StringComparer.Ordinal)
    {
        "resourceVersion", "generation", "managedFields", "uid", "creationTimestamp",
    };

    /// <summary>Compares two states; what the server keeps for itself is left out, and so are the values of secrets.</summary>
    /// <param name="before">The former state, or <see langword="null"/> where there is none.</param>
    /// <param name="after">The new one, or <see langword="null"/> where the object goes.</param>
    /// <param name="limit">How many fields are named at most.</param>
    public static IReadOnlyList<FieldChange> Between(JsonMap? before, JsonMap? after, int limit = int.MaxValue)
    {
        var changes = new List<FieldChange>();
        var hidesValues = (after ?? before) is { } any && any.Text("kind") == "Secret" && any.Text("apiVersion") == "v1";
        foreach (var key in Keys(before, after).Where(k => k is not ("apiVersion" or "kind")))
        {
            if (key == "metadata")
            {
                var (b, a) = (before?.Map(key), after?.Map(key));
                foreach (var field in Keys(b, a).Where(f => !Bookkeeping.Contains(f)))
                {
                    Compare(b?[field], a?[field], $".metadata.{field}", changes, limit, hides: false);
                }
            }
            else
            {
                Compare(before?[key], after?[key], $".{key}", changes, limit, hidesValues && key is "data" or "stringData");
            }
        }

        return changes;
    }

    private static IEnumerable<string> Keys(JsonMap? before, JsonMap? after) =>
        (before?.Keys ?? Enumerable.Empty<string>()).Union(after?.Keys ?? Enumerable.Empty<string>());

    private static void Compare(object? before, object? after, string path, List<FieldChange> changes, int limit, bool hides)
    {
        if (changes.Count >= limit)
        {
            return;
        }

        switch (before, after)
        {
            case (JsonMap or null, JsonMap or null) when before is not null || after is not null:
                var (b, a) = (before as JsonMap, after as JsonMap);
                if ((b?.Count ?? 0) + (a?.Count ?? 0) == 0)
                {
                    break; // An empty map and none are the same to people.
                }

                foreach (var key in Keys(b, a))
                {
                    Compare(b?[key], a?[key], $"{path}.{key}", changes, limit, hides);
                }

                break;
            case (JsonList or null, JsonList or null) when before is not null || after is not null:
                CompareLists(before as JsonList, after as JsonList, path, changes, limit, hides);
                break;
            default:
                if (!JsonTree.Equals(before, after))
                {
                    changes.Add(new(path, Text(before, hides), Text(after, hides)));
                }

                break;
        }
    }

    private static void CompareLists(JsonList? before, JsonList? after, string path, List<FieldChange> changes, int limit, bool hides)
    {
        if (NamesOf(before) is { } was && NamesOf(after) is { } now)
        {
            foreach (var name in was.Keys.Union(now.Keys))
            {
                Compare(was.GetValueOrDefault(name), now.GetValueOrDefault(name), $"{path}[{name}]", changes, limit, hides);
            }

            return;
        }

        for (var i = 0; i < Math.Max(before?.Count ?? 0, after?.Count ?? 0); i++)
        {
            Compare(At(before, i), At(after, i), $"{path}[{i}]", changes, limit, hides);
        }
    }

    private static object? At(JsonList? list, int index) => list is not null && index < list.Count ? list[index] : null;

    /// <summary>The items by name, or by type for conditions, where every item has one of its own.</summary>
    private static Dictionary<string, object?>? NamesOf(JsonList? list)
    {
        var items = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var item in list ?? [])
        {
            if (item is not JsonMap map || (map.Text("name") ?? map.Text("type")) is not { } name || !items.TryAdd(name, item))
            {
                return null;
            }
        }

        return items;
    }

    private static string? Text(object? value, bool hides) => value is null ? null : hides ? Hidden : JsonTree.ToText(value);
}
