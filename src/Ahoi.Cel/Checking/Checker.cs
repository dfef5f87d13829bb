using Ahoi.Cel.Syntax;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Checking;

/// <summary>Gives every node its type, every name its meaning, and collects what does not fit.</summary>
internal sealed class Checker(IReadOnlyDictionary<string, CelType> variables, FunctionRegistry functions, Func<string, ICelObjectType?>? objects)
{
    private const int MaxFaults = 100;

    private readonly TypeSolver _solver = new();
    private readonly List<(string Name, int Slot, CelType Type)> _locals = [];
    private readonly List<Expr> _nodes = [];

    public List<(int Position, string Message)> Faults { get; } = [];

    public HashSet<string> Used { get; } = new(StringComparer.Ordinal);

    public int Slots { get; private set; }

    public CelType Check(Expr root)
    {
        Visit(root);
        foreach (var node in _nodes)
        {
            node.Type = _solver.Resolve(node.Type, close: true);
        }

        return root.Type;
    }

    private CelType Visit(Expr node)
    {
        var type = node switch
        {
            ConstantExpr constant => TypeOfConstant(constant.Value),
            IdentExpr ident => Ident(ident),
            SelectExpr select => Select(select),
            CallExpr call => Call(call),
            ListExpr list => List(list),
            MapExpr map => Map(map),
            FoldExpr fold => Fold(fold),
            MessageExpr message => Message(message),
            _ => throw new InvalidOperationException("Every node is known."),
        };
        node.Type = type;
        _nodes.Add(node);
        return type;
    }

    private static CelType TypeOfConstant(object? value) => value switch
    {
        null => CelType.Null,
        bool => CelType.Bool,
        long => CelType.Int,
        ulong => CelType.Uint,
        double => CelType.Double,
        string => CelType.String,
        _ => CelType.Bytes,
    };

    private CelType Ident(IdentExpr ident)
    {
        var local = _locals.FindLastIndex(l => l.Name == ident.Name);
        if (local >= 0)
        {
            ident.Slot = _locals[local].Slot;
            return _locals[local].Type;
        }

        var name = ident.Name.TrimStart('.');
        if (variables.TryGetValue(name, out var type))
        {
            Used.Add(name);
            return type;
        }

        if (TypeNames.Find(name) is { } known)
        {
            ident.Slot = -2;
            ident.TypeValue = known;
            return CelType.TypeOf(known);
        }

        return Fault(ident, $"undeclared reference to '{name}' (in container '')");
    }

    private CelType Select(SelectExpr select)
    {
        var name = Qualified(select);
        if (name is not null && variables.TryGetValue(name, out var variable) && !IsLocal(name))
        {
            select.Variable = name;
            Used.Add(name);
            return variable;
        }

        if (name is not null && TypeNames.Find(name) is { } known)
        {
            // google.protobuf.Timestamp and the like; evaluated as the type itself.
            select.Operand.Type = CelType.TypeOf(known);
            return CelType.TypeOf(known);
        }

        var operand = _solver.Resolve(Visit(select.Operand));
        var throughOptional = operand.Kind == CelTypeKind.Optional;
        if (throughOptional)
        {
            operand = _solver.Resolve(operand.Parameters[0]);
        }

        var field = FieldType(select, operand);
        return select.Test ? CelType.Bool : select.Optional || throughOptional ? CelType.Optional(field) : field;
    }

    private CelType FieldType(SelectExpr select, CelType operand)
    {
        switch (operand.Kind)
        {
            case CelTypeKind.Map:
                return operand.Parameters[1];
            case CelTypeKind.Dyn or CelTypeKind.Parameter:
                return CelType.Dyn;
            case CelTypeKind.Object:
                return operand.ObjectType is { } fields && (fields.EscapesNames ? EscapedNames.Unescape(select.Field) : select.Field) is { } name && fields.TryGetField(name, out var type)
                    ? type
                    : Fault(select, $"undefined field '{select.Field}'");
            default:
                return Fault(select, $"type '{operand}' does not support field selection");
        }
    }

    private CelType Call(CallExpr call)
    {
        // A target that is a name, not a value: sets.contains(...), optional.of(...).
        if (call.Target is not null && Qualified(call.Target) is { } prefix && functions.Find($"{prefix}.{call.Function}") is { } qualified
            && !IsVariable(prefix))
        {
            call.Target = null;
            call.Function = qualified.Name;
        }

        var arguments = new CelType[call.Arguments.Length + (call.Target is null ? 0 : 1)];
        var at = 0;
        if (call.Target is not null)
        {
            arguments[at++] = Visit(call.Target);
        }

        foreach (var argument in call.Arguments)
        {
            // What format() is given may be of any types.
            arguments[at++] = call.Function == "format" && argument is ListExpr mixed ? Mixed(mixed) : Visit(argument);
        }

        if (functions.Find(call.Function) is not { } function)
        {
            return Fault(call, $"undeclared reference to '{call.Function}' (in container '')");
        }

        call.Resolved = function;
        CelType? result = null;
        foreach (var signature in function.Signatures)
        {
            if (signature.Member != call.Target is not null || signature.Parameters.Length != arguments.Length)
            {
                continue;
            }

            var saved = _solver.Save();
            Dictionary<string, CelType> names = new(StringComparer.Ordinal);
            var fits = true;
            for (var i = 0; fits && i < arguments.Length; i++)
            {
                fits = _solver.Assignable(_solver.Instantiate(signature.Parameters[i], names), arguments[i]);
            }

            if (!fits)
            {
                _solver.Restore(saved);
                continue;
            }

            var found = _solver.Resolve(_solver.Instantiate(signature.Result, names));
            if (found.Kind == CelTypeKind.Type && call.Function == "type")
            {
                found = CelType.TypeOf(_solver.Resolve(arguments[0]));
            }

            result = result is null || result.Equals(found) ? found : CelType.Dyn;
        }

        if (result is not null)
        {
            return result;
        }

        var shown = arguments.Select(a => _solver.Resolve(a, close: true).ToString()).ToList();
        var list = call.Target is null ? $"({string.Join(", ", shown)})" : $"{shown[0]}.({string.Join(", ", shown.Skip(1))})";
        return Fault(call, $"found no matching overload for '{call.Function}' applied to '{list}'");
    }

    private CelType List(ListExpr list)
    {
        CelType? item = null;
        for (var i = 0; i < list.Items.Length; i++)
        {
            item = Join(list.Items[i], item, Visit(list.Items[i]), list.Optional?[i] ?? false);
        }

        return CelType.List(item ?? _solver.NewParameter());
    }

    private CelType Mixed(ListExpr list)
    {
        foreach (var item in list.Items)
        {
            Visit(item);
        }

        list.Type = CelType.List(CelType.Dyn);
        return list.Type;
    }

    private CelType Map(MapExpr map)
    {
        CelType? key = null;
        CelType? value = null;
        foreach (var entry in map.Entries)
        {
            key = Join(entry.Key, key, Visit(entry.Key), optional: false);
            value = Join(entry.Value, value, Visit(entry.Value), entry.Optional);
        }

        return CelType.Map(key ?? _solver.NewParameter(), value ?? _solver.NewParameter());
    }

    private CelType Message(MessageExpr message)
    {
        var type = objects?.Invoke(message.Name);
        foreach (var entry in message.Fields)
        {
            var given = _solver.Resolve(Visit(entry.Value));
            if (type is null)
            {
                continue;
            }

            // A field's name is always text: the parser made it from a word.
            var name = (string)((ConstantExpr)entry.Key).Value!;
            if (!type.TryGetField(name, out var wanted))
            {
                Fault(entry.Key, $"undefined field '{name}'");
                continue;
            }

            if (entry.Optional)
            {
                given = given.Kind switch
                {
                    CelTypeKind.Optional => given.Parameters[0],
                    CelTypeKind.Dyn => given,
                    _ => Fault(entry.Value, $"expected type 'optional_type({wanted})' but found '{given}'"),
                };
            }

            if (!_solver.Assignable(wanted, given))
            {
                Fault(entry.Value, $"expected type of field '{name}' is '{wanted}' but provided type is '{_solver.Resolve(given, close: true)}'");
            }
        }

        return type is null ? Fault(message, $"undeclared reference to '{message.Name}' (in container '')") : CelType.Object(type);
    }

    private CelType Join(Expr node, CelType? before, CelType type, bool optional)
    {
        type = _solver.Resolve(type);
        if (optional)
        {
            type = type.Kind switch
            {
                CelTypeKind.Optional => type.Parameters[0],
                CelTypeKind.Dyn => type,
                _ => Fault(node, $"expected type 'optional_type(A)' but found '{type}'"),
            };
        }

        if (before is null)
        {
            return type;
        }

        if (!_solver.Assignable(before, type))
        {
            return Fault(node, $"expected type '{_solver.Resolve(before, close: true)}' but found '{type}'");
        }

        return type.Kind == CelTypeKind.Dyn ? type : before;
    }

    private CelType Fold(FoldExpr fold)
    {
        var range = _solver.Resolve(Visit(fold.Range));
        var accumulator = Visit(fold.Init);
        var (first, second) = (range.Kind, fold.Second) switch
        {
            (CelTypeKind.List, null) => (range.Parameters[0], CelType.Dyn),
            (CelTypeKind.List, _) => (CelType.Int, range.Parameters[0]),
            (CelTypeKind.Map, _) => (range.Parameters[0], range.Parameters[1]),
            (CelTypeKind.Dyn or CelTypeKind.Parameter, _) => (CelType.Dyn, CelType.Dyn),
            _ => (Fault(fold.Range, $"expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)"), CelType.Dyn),
        };
        var depth = _locals.Count;
        fold.AccumulatorSlot = Declare(fold.Accumulator, accumulator);
        var scope = _locals.Count;
        fold.VariableSlot = Declare(fold.Variable, first);
        fold.SecondSlot = fold.Second is null ? -1 : Declare(fold.Second, second);
        Expect(fold.Condition, CelType.Bool);
        Expect(fold.Step, accumulator);
        _locals.RemoveRange(scope, _locals.Count - scope);
        var result = Visit(fold.Result);
        _locals.RemoveRange(depth, _locals.Count - depth);
        return _solver.Resolve(result);
    }

    private void Expect(Expr node, CelType wanted)
    {
        var type = Visit(node);
        if (!_solver.Assignable(wanted, type))
        {
            Fault(node, $"expected type '{_solver.Resolve(wanted, close: true)}' but found '{_solver.Resolve(type, close: true)}'");
        }
    }

    private int Declare(string name, CelType type)
    {
        _locals.Add((name, Slots, type));
        return Slots++;
    }

    private bool IsVariable(string qualified) => IsLocal(qualified) || variables.ContainsKey(qualified.Split('.')[0]);

    private bool IsLocal(string qualified)
    {
        var head = qualified.Split('.')[0];
        return _locals.Exists(l => l.Name == head);
    }

    private static string? Qualified(Expr expression) => expression switch
    {
        IdentExpr ident => ident.Name,
        SelectExpr { Test: false, Optional: false } select when Qualified(select.Operand) is { } parent => $"{parent}.{select.Field}",
        _ => null,
    };

    private CelType Fault(Expr node, string message)
    {
        if (Faults.Count < MaxFaults)
        {
            Faults.Add((node.Position, message));
        }

        return CelType.Dyn;
    }
}
