using Ahoi.Cel.Syntax;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Costs;

/// <summary>The worst case of what an expression costs, from the sizes its types allow.</summary>
internal sealed class CostEstimator
{
    // The size of what loops gather, by the slot of their accumulator, and of what is bound to loop variables.
    private readonly Dictionary<int, long> _sizes = [];

    public long Estimate(Expr node) => Cost(node).Cost;

    private (long Cost, long Size) Cost(Expr node)
    {
        switch (node)
        {
            case ConstantExpr constant:
                return (0, constant.Value switch { string s => s.Length, byte[] b => b.Length, _ => 1 });
            case IdentExpr ident:
                return (1, _sizes.TryGetValue(ident.Slot, out var known) ? known : SizeOf(ident.Type));
            case SelectExpr select:
                return (Add(Cost(select.Operand).Cost, select.Test ? 0 : 1), SizeOf(select.Type));
            case ListExpr list:
                return (list.Items.Aggregate(CallCosts.List, (sum, item) => Add(sum, Cost(item).Cost)), list.Items.Length);
            case MapExpr map:
                return (map.Entries.Aggregate(CallCosts.Map, (sum, e) => Add(sum, Add(Cost(e.Key).Cost, Cost(e.Value).Cost))), map.Entries.Length);
            case FoldExpr fold:
                return Fold(fold);
            case CallExpr call:
                return Call(call);
            default:
                return (1, long.MaxValue);
        }
    }

    private (long Cost, long Size) Fold(FoldExpr fold)
    {
        var (rangeCost, times) = Cost(fold.Range);
        var (initCost, initSize) = Cost(fold.Init);

        // The accumulator of a map or filter has at most one item for each turn; a bound name is its value.
        _sizes[fold.AccumulatorSlot] = fold.Init is ListExpr or MapExpr ? times : initSize;
        var turn = Add(Cost(fold.Condition).Cost, Cost(fold.Step).Cost);
        var (resultCost, resultSize) = Cost(fold.Result);
        return (Add(Add(rangeCost, initCost), Add(Multiply(turn, times), resultCost)), resultSize);
    }

    private (long Cost, long Size) Call(CallExpr call)
    {
        Expr[] parts = call.Target is null ? call.Arguments : [call.Target, .. call.Arguments];
        var all = parts.Select(Cost).ToArray();
        var sum = all.Aggregate(0L, (total, part) => Add(total, part.Cost));
        long Size(int at) => at < all.Length ? all[at].Size : 1;
        switch (call.Function)
        {
            case "_&&_" or "_||_":
                return (sum, 1);
            case "_?_:_":
                return (Add(all[0].Cost, Math.Max(all[1].Cost, all[2].Cost)), Math.Max(Size(1), Size(2)));
            case "or" or "orValue":
                return (Add(sum, 1), Math.Max(Size(0), Size(1)));
        }

        var item = parts.Length > 0 && parts[0].Type.Kind == CelTypeKind.List ? parts[0].Type.Parameters[0] : null;
        var (own, size) = call.Function switch
        {
            "startsWith" or "endsWith" => (Part(Size(1), 0.1), 1),
            "string" or "bytes" => (IsText(parts[0]) ? Part(Size(0), 0.1) : 1, IsText(parts[0]) ? Size(0) : 100),
            "url" or "quantity" or "isQuantity" or "cidr" or "isIP" or "isCIDR" or "ip" or "isURL" => (IsText(parts[0]) ? Part(Size(0), 0.1) : 1, 1),
            "lowerAscii" or "upperAscii" or "substring" or "trim" => (Part(Size(0), 0.1), Size(0)),
            "format" => (Part(Size(0), 0.1), long.MaxValue),
            "replace" => (Part(Size(0), 0.2), Add(Multiply(Add(Size(0), 1), Size(2)), Size(0))),
            "split" => (Part(Size(0), 0.2), Size(0)),
            "join" => Joined(Add(Multiply(Size(0), SizeOf(item ?? CelType.Dyn)), Multiply(parts.Length > 1 ? Size(1) : 0, Size(0)))),
            "_==_" or "_!=_" or "_<_" or "_<=_" or "_>_" or "_>=_" => (Comparison(parts[0], parts[1], Math.Min(Size(0), Size(1))), 1),
            "@in" => (parts[1].Type.Kind == CelTypeKind.Map ? 1 : Size(1), 1),
            "_+_" when IsText(parts[0]) => (Part(Add(Size(0), Size(1)), 0.1), Add(Size(0), Size(1))),
            "_+_" => (1, Add(Size(0), Size(1))),
            "matches" or "find" or "findAll" => (Multiply(Part(Add(Size(0), 1), 0.1), Part(Size(1), 0.25)), Size(0)),
            "contains" => (Multiply(Part(Size(0), 0.1), Part(Size(1), 0.1)), 1),
            "isSorted" or "sum" or "max" or "min" or "indexOf" or "lastIndexOf" when item is not null => (
                Multiply(Size(0), item.Kind is CelTypeKind.String or CelTypeKind.Bytes ? Add(1, Part(SizeOf(item), 0.1)) : 1), 1),
            "indexOf" or "lastIndexOf" => (Part(Size(0), 0.1), 1),
            "sets.contains" or "sets.intersects" => (Add(Multiply(Size(0), Size(1)), 1), 1),
            "sets.equivalent" => (Add(Multiply(Multiply(Size(0), Size(1)), 2), 1), 1),
            "validate" => (Multiply(Part(Size(1), 0.1), 16), 1),
            "sort" or "@sortByAssociatedKeys" or "distinct" => (Multiply(Size(0), Size(0)), Size(0)),
            "slice" or "reverse" or "flatten" => (Add(Size(0), 1), Size(0)),
            "check" => (CallCosts.AuthorizerCheck, 1),
            "_[_]" or "_[?_]" or "value" or "optional.of" or "dyn" => (1, SizeOf(call.Type)),
            _ => (1, SizeOf(call.Type)),
        };
        return (Add(sum, own), size);
    }

    private static (long Cost, long Size) Joined(long size) => (Part(size, 0.1), size);

    private static long Comparison(Expr left, Expr right, long size) =>
        IsScalar(left) || IsScalar(right) ? 1 : Math.Max(1, Part(size, 0.1));

    private static bool IsScalar(Expr node) => node.Type.Kind is not (CelTypeKind.String or CelTypeKind.Bytes or CelTypeKind.List or CelTypeKind.Map
        or CelTypeKind.Object or CelTypeKind.Dyn or CelTypeKind.Optional);

    private static bool IsText(Expr node) => node.Type.Kind is CelTypeKind.String or CelTypeKind.Bytes or CelTypeKind.Dyn;

    private static long SizeOf(CelType type) => type.Kind switch
    {
        CelTypeKind.Optional => SizeOf(type.Parameters[0]),
        CelTypeKind.String or CelTypeKind.Bytes or CelTypeKind.List or CelTypeKind.Map or CelTypeKind.Dyn => type.MaxSize ?? long.MaxValue,
        CelTypeKind.Object => type.MaxSize ?? 1,
        _ => 1,
    };

    private static long Part(long size, double factor) => size == long.MaxValue ? long.MaxValue : (long)Math.Ceiling(size * factor);

    private static long Add(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    private static long Multiply(long a, long b) => Math.BigMul(a, b, out var low) is 0 && low >= 0 ? low : long.MaxValue;
}
