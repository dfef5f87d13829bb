using Ahoi.Api.Json;
using Ahoi.Api.Quantities;

namespace Ahoi.Framework.Planning;

/// <summary>
/// Compares what a manager wants with what it has applied and with what is there. Equal in all three means that an apply
/// would change nothing: every wanted field is owned, every owned field is wanted, and the values are the same.
/// </summary>
internal static class AppliedFields
{
    private static readonly HashSet<string> QuantityFields = new(StringComparer.Ordinal)
    {
        "limits", "requests", "capacity", "hard", "overhead", "sizeLimit", "allocatable", "storage", "min", "max", "default", "defaultRequest",
    };

    /// <summary>Finds the first field that makes an apply necessary; null where there is none.</summary>
    /// <param name="wanted">What is wanted, without type, name and namespace.</param>
    /// <param name="live">What is there.</param>
    /// <param name="owned">The manager's field set.</param>
    /// <param name="defaultsAllowed">Whether what is replaced as a whole may have more fields live than are wanted: the
    /// server's defaults, where it is known that nothing else was applied before.</param>
    public static string? FirstDifference(JsonMap wanted, JsonMap live, JsonMap owned, bool defaultsAllowed = false) =>
        OfMap(wanted, live, owned, "", new(Quantities: false, defaultsAllowed));

    /// <summary>Takes the owned part out of an object: what the manager applied, with the values that are there.</summary>
    public static JsonMap Project(JsonMap live, JsonMap owned)
    {
        var part = new JsonMap();
        foreach (var (field, children) in owned)
        {
            if (field.StartsWith("f:", StringComparison.Ordinal) && live.TryGetValue(field[2..], out var value))
            {
                part[field[2..]] = ProjectValue(value, children as JsonMap ?? []);
            }
        }

        return part;
    }

    private static object? ProjectValue(object? live, JsonMap owned)
    {
        switch (live)
        {
            case JsonMap map when owned.Keys.Any(IsField):
                return Project(map, owned);
            case JsonList list when owned.Keys.Any(IsKeyed):
                return new JsonList(owned.Where(o => IsKeyed(o.Key)).Select(o => (Item: ItemOf(list, KeyOf(o.Key)), Owned: o.Value as JsonMap ?? []))
                    .Where(o => o.Item is not null)
                    .Select(o => (object?)Project(o.Item!, o.Owned))); // Filtered just before.
            default:
                return JsonTree.DeepClone(live);
        }
    }

    private static string? Of(object? wanted, object? live, JsonMap owned, string path, Comparison how) => (wanted, live) switch
    {
        (JsonMap { Count: 0 }, JsonMap or null) => null,
        (JsonMap map, JsonMap there) when owned.Keys.Any(IsField) => OfMap(map, there, owned, path, how),
        (JsonList list, JsonList there) when owned.Keys.Any(IsKeyed) => OfKeyedList(list, there, owned, path, how),
        (JsonList list, JsonList there) when owned.Keys.Any(IsValue) => OfSet(list, there, owned, path),
        _ => SameLeaf(wanted, live, how) ? null : path,
    };

    private static string? OfMap(JsonMap wanted, JsonMap live, JsonMap owned, string path, Comparison how)
    {
        foreach (var (key, value) in wanted)
        {
            var below = $"{path}.{key}";
            if (owned["f:" + key] is not JsonMap children)
            {
                return below;
            }

            if (Of(value, live[key], children, below, how.Of(key)) is { } difference)
            {
                return difference;
            }
        }

        foreach (var field in owned.Keys)
        {
            if (IsField(field) && !wanted.ContainsKey(field[2..]))
            {
                return $"{path}.{field[2..]}";
            }
        }

        return null;
    }

    private static string? OfKeyedList(JsonList wanted, JsonList live, JsonMap owned, string path, Comparison how)
    {
        var entries = owned.Where(o => IsKeyed(o.Key)).ToList();
        if (entries.Count != wanted.Count)
        {
            return path;
        }

        foreach (var item in wanted)
        {
            // A key field that has a default may be missing in what is wanted.
            if (item is not JsonMap map
                || entries.FindIndex(e => Fits(map, KeyOf(e.Key), missingFits: true)) is not (>= 0 and var at)
                || ItemOf(live, KeyOf(entries[at].Key)) is not { } there)
            {
                return path;
            }

            var (name, children) = entries[at];
            entries.RemoveAt(at);
            // Items may be atomic, as owner references are: their own fields are not listed then.
            if (Of(map, there, children as JsonMap ?? [], $"{path}[{name[2..]}]", how) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static string? OfSet(JsonList wanted, JsonList live, JsonMap owned, string path)
    {
        var values = owned.Keys.Where(IsValue).Select(k => JsonTree.Parse(System.Text.Encoding.UTF8.GetBytes(k[2..]))).ToList();
        return values.Count == wanted.Count
            && wanted.All(w => values.Any(v => JsonTree.Equals(v, w)) && live.Any(l => JsonTree.Equals(l, w)))
            ? null
            : path;
    }

    private static bool SameLeaf(object? wanted, object? live, Comparison how)
    {
        switch (wanted, live)
        {
            case (JsonMap w, JsonMap l):
                return (how.DefaultsAllowed ? w.Keys : w.Keys.Union(l.Keys)).All(k => SameLeaf(w[k], l[k], how.Of(k)));
            case (JsonList w, JsonList l):
                return w.Count == l.Count && w.Zip(l).All(p => SameLeaf(p.First, p.Second, how));
            case (var w, null) when IsZero(w):
                return true; // Built-in kinds do not store zeros, empty texts and false.
            case (string or long or double, string or long or double) when how.Quantities && !JsonTree.Equals(wanted, live):
                return Quantity.TryParse(Convert.ToString(wanted, System.Globalization.CultureInfo.InvariantCulture), out var left)
                    && Quantity.TryParse(Convert.ToString(live, System.Globalization.CultureInfo.InvariantCulture), out var right)
                    && left == right;
            default:
                return JsonTree.Equals(wanted, live);
        }
    }

    private static bool IsZero(object? value) => value is null or false or 0L or 0.0 or "" or JsonMap { Count: 0 } or JsonList { Count: 0 };

    private static bool IsField(string key) => key.StartsWith("f:", StringComparison.Ordinal);

    private static bool IsKeyed(string key) => key.StartsWith("k:", StringComparison.Ordinal);

    private static bool IsValue(string key) => key.StartsWith("v:", StringComparison.Ordinal);

    private static JsonMap KeyOf(string element) => JsonTree.ParseMap(element[2..]);

    private static JsonMap? ItemOf(JsonList list, JsonMap key) => list.Maps.FirstOrDefault(i => Fits(i, key, missingFits: false));

    private static bool Fits(JsonMap item, JsonMap key, bool missingFits) =>
        key.All(k => item.TryGetValue(k.Key, out var value) ? JsonTree.Equals(value, k.Value) : missingFits);

    /// <summary>How values are compared below some field.</summary>
    private readonly record struct Comparison(bool Quantities, bool DefaultsAllowed)
    {
        public Comparison Of(string field) => this with { Quantities = Quantities || QuantityFields.Contains(field) };
    }
}
