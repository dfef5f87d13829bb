using Ahoi.Cel.Syntax;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Costs;

/// <summary>The worst case of what an expression costs, from the sizes its types allow.</summary>
/// <param name="variables">The types of the variables.</param>
internal sealed class CostEstimator(IReadOnlyDictionary<string, CelType> variables)
{
    private const string LoopResult = "@result";

    private readonly CelType? _root = variables.TryGetValue("self", out var self) ? self : null;
    private readonly Dictionary<Expr, Size> _sizes = [];
    private readonly Dictionary<Expr, EntrySize> _entries = [];
    private readonly Dictionary<Expr, SizeTrail> _trails = [];
    private readonly Dictionary<int, Local> _locals = [];

    public long Estimate(Expr node) => Cost(node);

    /// <summary>How large the value of an expression is, as far as anything says so.</summary>
    public Size SizeOf(Expr node) => FindSize(node) ?? Size.Unknown;

    /// <summary>How large the items of a list are, from its declared type alone.</summary>
    public Size ItemSizeOf(Expr list) => TrailOf(list) is { Exists: true } trail ? trail.Items(_root).Size ?? Size.Unknown : Size.Unknown;

    private long Cost(Expr node)
    {
        switch (node)
        {
            case ConstantExpr:
                return 0;
            case IdentExpr:
                return 1;
            case SelectExpr select:
                return Select(select);
            case ListExpr list:
                return List(list);
            case MapExpr map:
                return Map(map);
            case MessageExpr message:
                return message.Fields.Aggregate(CallCosts.Object, (cost, field) => Size.Add(cost, Cost(field.Value)));
            case FoldExpr fold:
                return Fold(fold);
            case CallExpr call:
                return Call(call);
            default:
                return long.MaxValue;
        }
    }

    private long Select(SelectExpr select)
    {
        if (select.Variable is not null || select.Operand.Type.Kind == CelTypeKind.Type)
        {
            return 1;
        }

        var operand = Cost(select.Operand);
        if (select.Test)
        {
            return operand;
        }

        if (select.Optional)
        {
            // obj.?field is a call.
            return Size.Add(operand, 1);
        }

        _trails[select] = TrailOf(select.Operand).Field(select.Field, _root);
        return Size.Add(operand, select.Operand.Type.Kind is CelTypeKind.Map or CelTypeKind.Object ? 1 : 0);
    }

    private long List(ListExpr list)
    {
        var cost = CallCosts.List;
        Size? item = null;
        foreach (var node in list.Items)
        {
            cost = Size.Add(cost, Cost(node));
            item = item is { } before ? before.Union(SizeOf(node)) : SizeOf(node);
        }

        _entries[list] = new(true, Size.One, item ?? Size.Exactly(0));
        return cost;
    }

    private long Map(MapExpr map)
    {
        var cost = CallCosts.Map;
        Size? key = null;
        Size? value = null;
        foreach (var entry in map.Entries)
        {
            cost = Size.Add(cost, Size.Add(Cost(entry.Key), Cost(entry.Value)));
            key = key is { } k ? k.Union(SizeOf(entry.Key)) : SizeOf(entry.Key);
            value = value is { } v ? v.Union(SizeOf(entry.Value)) : SizeOf(entry.Value);
        }

        _entries[map] = new(false, key ?? Size.Exactly(0), value ?? Size.Exactly(0));
        return cost;
    }

    private long Fold(FoldExpr fold)
    {
        var cost = Size.Add(Cost(fold.Range), Cost(fold.Init));
        _locals[fold.AccumulatorSlot] = new(TrailOf(fold.Init), FindSize(fold.Init), EntriesOf(fold.Init));
        if (fold.Accumulator != LoopResult && fold is { Range: ListExpr { Items.Length: 0 }, Condition: ConstantExpr { Value: false } })
        {
            // A name for a value.
            cost = Size.Add(cost, Cost(fold.Result));
            CopySizes(fold, fold.Result);
            return cost;
        }

        BindVariables(fold);
        var turn = Size.Add(Cost(fold.Condition), Cost(fold.Step));
        cost = Size.Add(cost, Cost(fold.Result));
        var times = SizeOf(fold.Range);
        if (fold.Init is ConstantExpr)
        {
            _sizes[fold] = Size.One;
        }
        else if (fold.Init is ListExpr or MapExpr)
        {
            _sizes[fold] = times;
            if (EntriesOf(fold.Step) is { } entries)
            {
                _entries[fold] = entries;
            }
        }

        return Size.Add(cost, Size.Multiply(turn, times.Max));
    }

    private void BindVariables(FoldExpr fold)
    {
        var entries = EntriesOf(fold.Range);
        var isList = entries?.IsList ?? fold.Range.Type.Kind == CelTypeKind.List;
        var trail = TrailOf(fold.Range);
        if (fold.Second is null)
        {
            _locals[fold.VariableSlot] = isList ? new(trail.Items(_root), entries?.Value, null) : new(trail.Keys(_root), entries?.Key, null);
            return;
        }

        _locals[fold.VariableSlot] = new(isList ? trail.Field("@indices", _root) : trail.Keys(_root), entries?.Key, null);
        _locals[fold.SecondSlot] = new(isList ? trail.Items(_root) : trail.Values(_root), entries?.Value, null);
    }

    private long Call(CallExpr call)
    {
        if (call is { Function: "dyn", Target: null })
        {
            var inner = Cost(call.Arguments[0]);
            CopySizes(call, call.Arguments[0]);
            return Size.Add(inner, 1);
        }

        Expr[] parts = call.Target is null ? call.Arguments : [call.Target, .. call.Arguments];
        var costs = parts.Select(Cost).ToArray();
        switch (call.Function)
        {
            case "_?_:_":
                _sizes[call] = SizeOf(parts[1]).Union(SizeOf(parts[2]));
                Remember(call, EntriesOf(parts[1])?.Union(EntriesOf(parts[2])));
                return Size.Add(costs[0], Math.Max(costs[1], costs[2]));
            case "_&&_" or "_||_":
                _sizes[call] = Size.One;
                return Size.Add(costs[0], costs[1]);
        }

        var (own, size) = CallEstimates.Of(call.Function, call.Target is not null, parts, this);
        switch (call.Function)
        {
            case "_[_]" when parts[0].Type.Kind is CelTypeKind.List or CelTypeKind.Map or CelTypeKind.Dyn:
                size = EntriesOf(parts[0])?.Value;
                _trails[call] = TrailOf(parts[0]).Values(_root);
                break;
            case "_+_":
                Remember(call, EntriesOf(parts[0])?.Union(EntriesOf(parts[1])));
                break;
        }

        if ((size ?? FindSize(call)) is { } known)
        {
            _sizes[call] = known;
        }

        return costs.Aggregate(own, Size.Add);
    }

    private void Remember(Expr node, EntrySize? entries)
    {
        if (entries is not null)
        {
            _entries[node] = entries;
        }
    }

    private void CopySizes(Expr to, Expr from)
    {
        if (FindSize(from) is { } size)
        {
            _sizes[to] = size;
        }

        Remember(to, EntriesOf(from));
    }

    private SizeTrail TrailOf(Expr node) => node switch
    {
        IdentExpr { Slot: >= 0 } local => _locals.TryGetValue(local.Slot, out var bound) ? bound.Trail : default,
        IdentExpr { Slot: -1 } ident => variables.TryGetValue(ident.Name.TrimStart('.'), out var type) ? SizeTrail.From(type) : default,
        IdentExpr => new(true, _root),
        _ => _trails.GetValueOrDefault(node),
    };

    private EntrySize? EntriesOf(Expr node) => _entries.TryGetValue(node, out var entries) ? entries
        : node is IdentExpr { Slot: >= 0 } local && _locals.TryGetValue(local.Slot, out var bound) ? bound.Entries : null;

    private Size? FindSize(Expr node)
    {
        if (_sizes.TryGetValue(node, out var known))
        {
            return known;
        }

        switch (node)
        {
            case ConstantExpr constant:
                return Size.Exactly(constant.Value switch { string text => Libraries.Conversions.Length(text), byte[] bytes => bytes.Length, _ => 1 });
            case ListExpr list:
                return Size.Exactly(list.Items.Length);
            case MapExpr map:
                return Size.Exactly(map.Entries.Length);
        }

        return TrailOf(node).Size ?? (IsScalar(node.Type) ? Size.One
            : node is IdentExpr { Slot: >= 0 } local && _locals.TryGetValue(local.Slot, out var bound) ? bound.Size : null);
    }

    private static bool IsScalar(CelType type) => type.Kind switch
    {
        CelTypeKind.Bool or CelTypeKind.Int or CelTypeKind.Uint or CelTypeKind.Double or CelTypeKind.Timestamp or CelTypeKind.Duration => true,
        CelTypeKind.Optional => IsScalar(type.Parameters[0]),
        _ => false,
    };

    private readonly record struct Local(SizeTrail Trail, Size? Size, EntrySize? Entries);
}
