using Ahoi.Cel.Syntax;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Costs;

/// <summary>What calls cost at most, by the sizes of what they are given, and how large their results are.</summary>
internal static class CallEstimates
{
    private const long AddressBytes = 16;
    private const int NamedFormatPattern = 128;

    public static (long Cost, Size? Result) Of(string function, bool isMember, Expr[] parts, CostEstimator sizes)
    {
        Size At(int index) => index < parts.Length ? sizes.SizeOf(parts[index]) : Size.Unknown;
        switch (function)
        {
            case "check":
                return (CallCosts.AuthorizerCheck, null);
            case "fieldSelector" or "labelSelector":
                return (CallCosts.Selector(At(1).Max), null);
            case "isSorted" or "sum" or "max" or "min" or "indexOf" or "lastIndexOf":
                return (Traversal(parts[0], At(0), sizes), null);
            case "url" or "jsonpatch.escapeKey" or "lowerAscii" or "upperAscii" or "substring" or "trim":
                return (At(0).At(CallCosts.Traversal), At(0));
            case "isIP" or "isCIDR" or "cidr" or "quantity" or "isQuantity" or "semver" or "isSemver":
            case "ip" when !isMember:
                return (At(0).At(CallCosts.Traversal), null);
            case "ip.isCanonical":
                return (At(0).At(2 * CallCosts.Traversal), null);
            case "replace":
                return (At(0).At(2 * CallCosts.Traversal), Replaced(At(0), At(1), At(2)));
            case "split":
                return (At(0).At(2 * CallCosts.Traversal), new(0, Limit(parts, 2) ?? At(0).Max));
            case "join":
                var joined = At(0).Times(sizes.ItemSizeOf(parts[0]));
                joined = parts.Length == 1 ? joined : joined.Plus(At(1).Times(new(Math.Max(0, At(0).Min - 1), Math.Max(0, At(0).Max - 1))));
                return (joined.At(CallCosts.Traversal), joined);
            case "find" or "findAll":
                return (Matching(At(0), At(1)), new(0, At(0).Max));
            case "matches" when isMember:
                return (Matching(At(0), At(1)), null);
            case "contains":
                return (Size.Multiply(At(0).At(CallCosts.Traversal), At(1).At(CallCosts.Traversal)), null);
            case "containsIP":
                return (Size.Add(Size.Part(2 * AddressBytes, CallCosts.Traversal), ParsedAddress(parts[1], At(1))), null);
            case "containsCIDR":
                return (Size.Add(Size.Part(2 * AddressBytes, CallCosts.Traversal) + Size.Part(AddressBytes, CallCosts.Traversal) + 1, ParsedAddress(parts[1], At(1))), null);
            case "validate":
                return (Size.Part(At(1).At(CallCosts.Traversal), NamedFormatPattern * CallCosts.Regex), null);
            case "format":
                return (At(0).At(CallCosts.Traversal), null);
            case "strings.quote":
                return (At(0).At(CallCosts.Traversal), At(0).Plus(At(0)).Plus(Size.Exactly(2)) with { Min = At(0).Min + 2 });
            case "bytes" when parts[0].Type.Kind is CelTypeKind.String or CelTypeKind.Dyn:
                return (At(0).At(CallCosts.Traversal), At(0).Times(new(1, 4)));
            case "string" when parts[0].Type.Kind is CelTypeKind.Bytes or CelTypeKind.Dyn:
                return (At(0).At(CallCosts.Traversal), new(At(0).Min / 4, At(0).Max));
            case "startsWith" or "endsWith":
                return (At(1).At(CallCosts.Traversal), null);
            case "@in" when parts[1].Type.Kind is CelTypeKind.List or CelTypeKind.Dyn:
                return (At(1).Max, null);
            case "_+_":
                return Sum(parts, At(0).Plus(At(1)));
            case "_==_" when IsLibraryValue(parts[0]) && IsLibraryValue(parts[1]):
                return (1, null);
            case "_==_" or "_!=_":
                return (Size.Part(Math.Min(At(0).Max, At(1).Max), CallCosts.Traversal), null);
            case "_<_" or "_<=_" or "_>_" or "_>=_":
                return (IsText(parts[0]) && IsText(parts[1]) ? Math.Max(IsDyn(parts[0]) ? 1 : 0, Size.Part(Math.Min(At(0).Max, At(1).Max), CallCosts.Traversal)) : 1, null);
            case "sets.contains" or "sets.intersects":
                return (Size.Add(At(0).Times(At(1)).Max, 1), null);
            case "sets.equivalent":
                return (Size.Add(Size.Part(At(0).Times(At(1)).Max, 2), 1), null);
            default:
                return Lists(function, parts, At);
        }
    }

    private static (long Cost, Size? Result) Lists(string function, Expr[] parts, Func<int, Size> at)
    {
        switch (function)
        {
            case "slice":
                var end = Limit(parts, 2) ?? at(0).Max;
                return Allocating(1, Size.Exactly(Math.Max(0, end - (Limit(parts, 1) ?? 0))));
            case "lists.range":
                return Allocating(1, Size.Exactly(Limit(parts, 0) ?? long.MaxValue));
            case "reverse":
                return Allocating(1, at(0));
            case "flatten":
                return Allocating(parts.Length == 1 ? 1 : Limit(parts, 1) ?? long.MaxValue, at(0));
            case "distinct":
                return Allocating(2, at(0).Times(at(0)));
            case "sort":
                return Allocating(CallCosts.SortFactor(ItemKind(parts[0])), at(0).Times(at(0)));
            case "@sortByAssociatedKeys":
                return Allocating(CallCosts.SortFactor(ItemKind(parts[1])), at(1).Times(at(1)));
            default:
                return (1, null);
        }
    }

    private static (long Cost, Size? Result) Allocating(double factor, Size size) => (Size.Add(size.At(factor), 1 + CallCosts.List), size);

    private static long Traversal(Expr list, Size size, CostEstimator sizes)
    {
        if (list.Type.Kind != CelTypeKind.List)
        {
            return size.At(CallCosts.Traversal);
        }

        var item = ItemKind(list) is CelTypeKind.String or CelTypeKind.Bytes ? sizes.ItemSizeOf(list).At(CallCosts.Traversal) : 0;
        return Size.Multiply(size.Max, Size.Add(1, item));
    }

    // One more than the text, so that an empty text does not make the pattern free.
    private static long Matching(Size text, Size pattern) =>
        Size.Multiply(text.Plus(Size.One).At(CallCosts.Traversal), pattern.At(CallCosts.Regex));

    private static long ParsedAddress(Expr address, Size size) => address.Type.Kind is CelTypeKind.String ? size.At(CallCosts.Traversal) : 0;

    private static (long Cost, Size? Result) Sum(Expr[] parts, Size size) => parts[0].Type.Kind switch
    {
        CelTypeKind.String or CelTypeKind.Bytes => (size.At(CallCosts.Traversal), size),
        CelTypeKind.Dyn => (Math.Max(1, size.At(CallCosts.Traversal)), size),
        CelTypeKind.List => (1, size),
        _ => (1, null),
    };

    private static Size Replaced(Size text, Size old, Size replacement)
    {
        var most = old.Min == 0 ? Size.Add(Size.Multiply(Size.Add(text.Max, 1), replacement.Max), text.Max)
            : replacement.Max <= old.Min ? text.Max
            : Size.Multiply(Size.Part(text.Max, 1.0 / old.Min), replacement.Max);
        var least = old.Max == 0 ? Size.Add(Size.Multiply(Size.Add(text.Min, 1), replacement.Min), text.Min)
            : old.Max <= replacement.Min ? text.Min
            : Size.Multiply(Size.Part(text.Min, 1.0 / old.Max), replacement.Min);
        return new(least, most);
    }

    // A number that is written in the expression; a negative one means no limit.
    private static long? Limit(Expr[] parts, int index) =>
        index < parts.Length && parts[index] is ConstantExpr { Value: long number } ? number < 0 ? long.MaxValue : number : null;

    private static CelTypeKind ItemKind(Expr list) => list.Type.Kind == CelTypeKind.List ? list.Type.Parameters[0].Kind : CelTypeKind.Dyn;

    private static bool IsLibraryValue(Expr node) => node.Type.Kind == CelTypeKind.Opaque;

    private static bool IsDyn(Expr node) => node.Type.Kind == CelTypeKind.Dyn;

    private static bool IsText(Expr node) => node.Type.Kind is CelTypeKind.String or CelTypeKind.Bytes or CelTypeKind.Dyn;
}
