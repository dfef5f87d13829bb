using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Costs;

/// <summary>What calls cost when they run, as Kubernetes counts it.</summary>
internal static class CallCosts
{
    public const long List = 10;
    public const long Map = 30;
    public const double Traversal = 0.1;
    public const double Regex = 0.25;
    public const long AuthorizerCheck = 350_000;

    public static long Before(string function, ReadOnlySpan<object?> a)
    {
        switch (function)
        {
            case "startsWith" or "endsWith":
                return Ceiling(Size(a[1]) * Traversal);
            case "string" or "bytes" when a[0] is string or byte[]:
                return Ceiling(Size(a[0]) * Traversal);
            case "strings.quote" or "url" or "lowerAscii" or "upperAscii" or "substring" or "trim" or "quantity" or "isQuantity" or "cidr" or "isIP" or "isCIDR" or "format":
                return Ceiling(Size(a[0]) * Traversal);
            case "ip" when a[0] is string:
                return Ceiling(Size(a[0]) * Traversal);
            case "ip.isCanonical" or "replace" or "split":
                return Ceiling(Size(a[0]) * 2 * Traversal);
            case "_==_" or "_!=_" or "_<_" or "_<=_" or "_>_" or "_>=_":
                return Comparison(a[0], a[1]);
            case "@in":
                return a[1] is CelList list ? list.Count : 1;
            case "_+_" when a[0] is string or byte[]:
                return Ceiling((Size(a[0]) + Size(a[1])) * Traversal);
            case "matches" or "find" or "findAll":
                return Ceiling((1 + Size(a[0])) * Traversal) * Ceiling(Size(a[1]) * Regex);
            case "contains":
                return Ceiling(Size(a[0]) * Traversal) * Ceiling(Size(a[1]) * Traversal);
            case "isSorted" or "sum" or "max" or "min" or "indexOf" or "lastIndexOf":
                return a[0] is CelList items ? items.Items.Sum(Weight) : Ceiling(Size(a[0]) * Traversal);
            case "sets.contains" or "sets.intersects":
                return Product(a) + 1;
            case "sets.equivalent":
                return (2 * Product(a)) + 1;
            case "containsIP" or "containsCIDR":
                return 4 + (a[1] is string other ? Ceiling(other.Length * Traversal) : 0);
            case "validate":
                return Ceiling(Size(a[1]) * Traversal) * Ceiling(64 * Regex);
            case "sort" or "@sortByAssociatedKeys" or "distinct" when a[0] is CelList many:
                return many.Count * Math.Max(1L, many.Count);
            case "slice" or "flatten" or "reverse" when a[0] is CelList some:
                return some.Count + 1;
            case "lists.range":
                return a[0] is long and > 0 and < 100_000_000 ? (long)a[0]! + 1 : 1;
            case "check":
                return AuthorizerCheck;
            default:
                return 1;
        }
    }

    public static long After(string function, object? result) =>
        function == "join" && result is string joined ? Ceiling(joined.Length * 2 * Traversal) : 0;

    private static long Product(ReadOnlySpan<object?> a) => Math.Max(1, Size(a[0])) * Math.Max(1, Size(a[1]));

    private static long Comparison(object? left, object? right) => (left, right) switch
    {
        (string or byte[], string or byte[]) => Ceiling(Math.Min(Size(left), Size(right)) * Traversal),
        (CelList or CelMap, CelList or CelMap) => Math.Max(1, Ceiling(Math.Min(Size(left), Size(right)) * Traversal)),
        _ => 1,
    };

    private static long Weight(object? item) => item is string or byte[] ? 1 + Ceiling(Size(item) * Traversal) : 1;

    private static long Ceiling(double cost) => (long)Math.Ceiling(cost);

    private static long Size(object? value) => value switch
    {
        string text => text.Length,
        byte[] bytes => bytes.Length,
        CelList list => list.Count,
        CelMap map => map.Count,
        _ => 1,
    };
}
