using Ahoi.Cel.Evaluation;
using Ahoi.Cel.Libraries;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Costs;

/// <summary>What calls cost when they run, as Kubernetes counts it.</summary>
internal static class CallCosts
{
    public const long List = 10;
    public const long Map = 30;
    public const long Object = 40;
    public const double Traversal = 0.1;
    public const double Regex = 0.25;
    public const long AuthorizerCheck = 350_000;

    // The shortest requirement of a selector is two characters, and makes an object and a list.
    private const double RequirementsPerCharacter = 0.5;
    private const long Requirement = 50;

    public static long Selector(long length) => Size.Add(
        List,
        Size.Add(Size.Part(length, Traversal), Size.Multiply(Size.Part(length, RequirementsPerCharacter), Requirement)));

    public static double SortFactor(CelTypeKind item) => item is CelTypeKind.String or CelTypeKind.Bytes ? 2 + Traversal : 2;

    /// <summary>What a call costs that is known before it runs.</summary>
    public static long Before(string function, bool isMember, ReadOnlySpan<object?> a)
    {
        switch (function)
        {
            case "startsWith" or "endsWith" or "format" or "strings.quote":
            case "string" when a[0] is byte[]:
            case "bytes" when a[0] is string:
            case "url" or "jsonpatch.escapeKey" or "lowerAscii" or "upperAscii" or "substring" or "trim":
            case "quantity" or "isQuantity" or "semver" or "isSemver" or "cidr" or "isIP" or "isCIDR":
            case "ip" when !isMember:
                return Ceiling(SizeOf(a[0]) * Traversal);
            case "ip.isCanonical" or "replace" or "split":
                return Ceiling(SizeOf(a[0]) * 2 * Traversal);
            case "_==_" when a[0] is IOpaqueValue:
                return 1;
            case "_==_" or "_!=_":
            case "_<_" or "_<=_" or "_>_" or "_>=_" when a[0] is string or byte[]:
                return Ceiling(Math.Min(SizeOf(a[0]), SizeOf(a[1])) * Traversal);
            case "@in":
                return a[1] is CelList list ? list.Count : 1;
            case "_+_" when a[0] is string or byte[]:
                return Ceiling((SizeOf(a[0]) + SizeOf(a[1])) * Traversal);
            case "find" or "findAll":
            case "matches" when isMember:
                return Ceiling((1 + SizeOf(a[0])) * Traversal) * Ceiling(SizeOf(a[1]) * Regex);
            case "contains":
                return Ceiling(SizeOf(a[0]) * Traversal) * Ceiling(SizeOf(a[1]) * Traversal);
            case "isSorted" or "sum" or "max" or "min" or "indexOf" or "lastIndexOf":
                return Walk(a[0]);
            case "sets.contains" or "sets.intersects":
                return (SizeOf(a[0]) * SizeOf(a[1])) + 1;
            case "sets.equivalent":
                return (2 * SizeOf(a[0]) * SizeOf(a[1])) + 1;
            case "containsIP":
                return Ceiling(2 * SizeOf(a[0]) * Traversal) + Parsed(a[1]);
            case "containsCIDR":
                return Ceiling(2 * SizeOf(a[0]) * Traversal) + Ceiling(SizeOf(a[0]) * Traversal) + 1 + Parsed(a[1]);
            case "validate":
                return Ceiling((1 + SizeOf(a[1])) * Traversal) * Ceiling(Formats.PatternSize(a[0]) * Regex);
            case "sort" or "distinct":
                return SelfComparison(a[0]);
            case "@sortByAssociatedKeys":
                return SelfComparison(a[1]);
            case "flatten":
                return (SizeOf(a[0]) * (a.Length == 1 ? 1 : Math.Clamp(a[1] as long? ?? 0, 0, 1_000_000))) + 1 + List;
            case "lists.range":
                return Math.Clamp(a[0] as long? ?? 0, 0, 100_000_000) + 1 + List;
            case "join":
                return 0;
            case "check":
                return AuthorizerCheck;
            case "fieldSelector" or "labelSelector":
                return Selector(SizeOf(a[1]));
            default:
                return 1;
        }
    }

    /// <summary>What a call costs beside that, by its result.</summary>
    public static long After(string function, object? result) => function switch
    {
        "join" => Ceiling(SizeOf(result) * 2 * Traversal),
        "slice" or "reverse" => SizeOf(result) + List,
        _ => 0,
    };

    // Pieces shorter than ten characters cost nothing, and everything else one.
    private static long Walk(object? value)
    {
        Effort.Spend(1);
        return value switch
        {
            string text => (long)(System.Text.Encoding.UTF8.GetByteCount(text) * Traversal),
            byte[] bytes => (long)(bytes.Length * Traversal),
            CelList list => list.Items.Sum(Walk),
            CelMap map => map.Keys.Sum(key => Walk(key) + (map.TryGet(key, out var item) ? Walk(item) : 0)),
            _ => 1,
        };
    }

    private static long SelfComparison(object? value)
    {
        if (value is not CelList { Count: > 0 } list)
        {
            return 1 + List;
        }

        var factor = list[0] switch { string => SortFactor(CelTypeKind.String), byte[] => SortFactor(CelTypeKind.Bytes), _ => 2 };
        return (long)((double)list.Count * list.Count * factor) + 1 + List;
    }

    private static long Parsed(object? address) => address is string text ? Ceiling(SizeOf(text) * Traversal) : 0;

    private static long Ceiling(double cost) => (long)Math.Ceiling(cost);

    private static long SizeOf(object? value) => value switch
    {
        string text => Conversions.Length(text),
        byte[] bytes => bytes.Length,
        CelList list => list.Count,
        CelMap map => map.Count,
        CelOptional { HasValue: true } optional => SizeOf(optional.Value),
        ISizedValue sized => sized.Size,
        _ => 1,
    };
}
