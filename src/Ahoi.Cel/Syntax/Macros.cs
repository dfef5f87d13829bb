namespace Ahoi.Cel.Syntax;

/// <summary>Replaces macro calls by what they stand for; loops become folds, as their cost is counted.</summary>
internal sealed class Macros(string text)
{
    private const string Result = "@result";
    private int _unused;

    public Expr Expand(CallExpr call) => (call.Function, call.Target, call.Arguments.Length) switch
    {
        ("has", null, 1) => Has(call),
        ("all" or "exists" or "exists_one" or "existsOne" or "filter" or "map", not null, 2)
            when call.Function != "existsOne" || call.Arguments[0] is IdentExpr => One(call),
        ("map", not null, 3) => MapOf(call, Name(call.Arguments[0]), null, call.Arguments[1], call.Arguments[2]),
        ("all" or "exists" or "exists_one" or "existsOne", not null, 3) => Quantifier(call, Name(call.Arguments[0]), Name(call.Arguments[1]), call.Arguments[2]),
        ("transformList", not null, 3) => MapOf(call, Name(call.Arguments[0]), Name(call.Arguments[1]), null, call.Arguments[2]),
        ("transformList", not null, 4) => MapOf(call, Name(call.Arguments[0]), Name(call.Arguments[1]), call.Arguments[2], call.Arguments[3]),
        ("transformMap" or "transformMapEntry", not null, 3 or 4) => Transform(call),
        ("optMap" or "optFlatMap", not null, 2) => OptMap(call),
        ("sortBy", not null, 2) => SortBy(call),
        _ => call,
    };

    private SelectExpr Has(CallExpr call) => call.Arguments[0] is SelectExpr { Test: false } select
        ? new SelectExpr(select.Position, select.Operand, select.Field, test: true, optional: select.Optional)
        : throw Lexer.Fault(text, call.Arguments[0].Position, "invalid argument to has() macro");

    private FoldExpr One(CallExpr call)
    {
        var name = Name(call.Arguments[0]);
        return call.Function switch
        {
            "map" => MapOf(call, name, null, null, call.Arguments[1]),
            "filter" => MapOf(call, name, null, call.Arguments[1], new IdentExpr(call.Position, name)),
            _ => Quantifier(call, name, null, call.Arguments[1]),
        };
    }

    private static FoldExpr Quantifier(CallExpr call, string first, string? second, Expr predicate)
    {
        var at = call.Position;
        IdentExpr Accumulator() => new(at, Result);
        Expr Goes(Expr state) => new CallExpr(at, "@not_strictly_false", null, [state]);
        var range = call.Target ?? throw new InvalidOperationException("A loop has a range.");
        return call.Function switch
        {
            "all" => new(at, range, first, second, new ConstantExpr(at, true), Goes(Accumulator()), Call(at, "_&&_", Accumulator(), predicate), Accumulator(), Result),
            "exists" => new(
                at, range, first, second, new ConstantExpr(at, false), Goes(Call(at, "!_", Accumulator())), Call(at, "_||_", Accumulator(), predicate), Accumulator(), Result),
            _ => new(
                at,
                range,
                first,
                second,
                new ConstantExpr(at, 0L),
                new ConstantExpr(at, true),
                Call(at, "_?_:_", predicate, Call(at, "_+_", Accumulator(), new ConstantExpr(at, 1L)), Accumulator()),
                Call(at, "_==_", Accumulator(), new ConstantExpr(at, 1L)),
                Result),
        };
    }

    private static FoldExpr MapOf(CallExpr call, string first, string? second, Expr? predicate, Expr item)
    {
        var at = call.Position;
        Expr step = Call(at, "_+_", new IdentExpr(at, Result), new ListExpr(at, [item]));
        return Collect(call, first, second, new ListExpr(at, []), predicate, step);
    }

    private static FoldExpr Collect(CallExpr call, string first, string? second, Expr init, Expr? predicate, Expr step)
    {
        var at = call.Position;
        step = predicate is null ? step : Call(at, "_?_:_", predicate, step, new IdentExpr(at, Result));
        var range = call.Target ?? throw new InvalidOperationException("A loop has a range.");
        return new(at, range, first, second, init, new ConstantExpr(at, true), step, new IdentExpr(at, Result), Result);
    }

    private FoldExpr Transform(CallExpr call)
    {
        var at = call.Position;
        var (key, value) = (Name(call.Arguments[0]), Name(call.Arguments[1]));
        var predicate = call.Arguments.Length == 4 ? call.Arguments[2] : null;
        var step = call.Function == "transformMap"
            ? Call(at, "@mapInsert", new IdentExpr(at, Result), new IdentExpr(at, key), call.Arguments[^1])
            : Call(at, "@mapInsert", new IdentExpr(at, Result), call.Arguments[^1]);
        return Collect(call, key, value, new MapExpr(at, []), predicate, step);
    }

    private FoldExpr OptMap(CallExpr call)
    {
        var at = call.Position;
        var target = call.Target ?? throw new InvalidOperationException("optMap has a target.");
        var name = Name(call.Arguments[0]);

        var holder = $"@optional{_unused++}";
        var inner = Bind(at, name, new CallExpr(at, "value", new IdentExpr(at, holder), []), call.Arguments[1]);
        Expr present = call.Function == "optMap" ? Call(at, "optional.of", inner) : inner;
        var held = new CallExpr(at, "hasValue", new IdentExpr(at, holder), []);
        return Bind(at, holder, target, Call(at, "_?_:_", held, present, Call(at, "optional.none")));
    }

    // A name for a value is a loop that never runs.
    private FoldExpr Bind(int at, string name, Expr value, Expr body) =>
        new(at, new ListExpr(at, []), $"@unused{_unused++}", null, value, new ConstantExpr(at, false), new IdentExpr(at, name), body, name);

    private FoldExpr SortBy(CallExpr call)
    {
        var at = call.Position;
        var target = call.Target ?? throw new InvalidOperationException("sortBy has a target.");
        var holder = $"@sortBy{_unused++}";
        var loop = new CallExpr(at, "map", new IdentExpr(at, holder), call.Arguments);
        var keys = MapOf(loop, Name(call.Arguments[0]), null, null, call.Arguments[1]);
        return Bind(at, holder, target, new CallExpr(at, "@sortByAssociatedKeys", new IdentExpr(at, holder), [keys]));
    }

    private static CallExpr Call(int at, string function, params Expr[] arguments) => new(at, function, null, arguments);

    private string Name(Expr expression) => expression is IdentExpr { Name: var name } && !name.StartsWith('.')
        ? name
        : throw Lexer.Fault(text, expression.Position, "argument must be a simple name");
}
