using System.Runtime.CompilerServices;
using Ahoi.Cel.Costs;
using Ahoi.Cel.Syntax;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Evaluation;

/// <summary>Runs one checked expression once, counting what it costs.</summary>
internal sealed class Evaluator(IReadOnlyDictionary<string, CelType> variables, Func<string, object?> activation, int slots, long costLimit)
{
    private readonly object?[] _frame = new object?[slots];

    public long Cost { get; private set; }

    public object? Evaluate(Expr node)
    {
        switch (node)
        {
            case ConstantExpr constant:
                return constant.Value;
            case IdentExpr ident:
                return Ident(ident);
            case SelectExpr select:
                return Select(select);
            case CallExpr call:
                return Call(call);
            case ListExpr list:
                return List(list);
            case MapExpr map:
                return Map(map);
            case FoldExpr fold:
                return Fold(fold);
            case MessageExpr message:
                return Message(message);
            default:
                return new CelError("unsupported expression");
        }
    }

    private object? Ident(IdentExpr ident)
    {
        Charge(1);
        if (ident.Slot >= 0)
        {
            return _frame[ident.Slot];
        }

        if (ident.Slot == -2)
        {
            return ident.TypeValue;
        }

        var name = ident.Name[0] == '.' ? ident.Name[1..] : ident.Name;
        return JsonValues.From(activation(name), variables[name]);
    }

    private object? Select(SelectExpr select)
    {
        if (select.Variable is { } variable)
        {
            Charge(1);
            return JsonValues.From(activation(variable), variables[variable]);
        }

        if (select.Operand.Type.Kind == CelTypeKind.Type)
        {
            return select.Type.Parameters[0];
        }

        var operand = Evaluate(select.Operand);
        Charge(select.Test ? 0 : 1);
        if (operand is CelError)
        {
            return operand;
        }

        var optional = select.Optional;
        if (operand is CelOptional wrapper)
        {
            if (!wrapper.HasValue)
            {
                return select.Test ? Display.False : CelOptional.None;
            }

            operand = wrapper.Value;
            optional = true;
        }

        if (operand is not CelMap map)
        {
            return optional && operand is null && !select.Test ? CelOptional.None : CelError.NoOverload;
        }

        var found = map.TryGet(select.Field, out var value);
        if (select.Test)
        {
            return Display.Box(found);
        }

        return !optional ? (found ? value : map is CelObject made ? made.Unset(select.Field) : CelError.NoKey(select.Field))
            : found ? (value is CelError ? value : CelOptional.Of(value)) : CelOptional.None;
    }

    private object? Call(CallExpr call)
    {
        switch (call.Function)
        {
            case "_&&_":
                return Logical(call, Display.False);
            case "_||_":
                return Logical(call, Display.True);
            case "_?_:_":
                return Evaluate(call.Arguments[0]) switch
                {
                    true => Evaluate(call.Arguments[1]),
                    false => Evaluate(call.Arguments[2]),
                    CelError error => error,
                    _ => CelError.NoOverload,
                };
            case "@not_strictly_false":
                Charge(1);
                return Display.Box(Evaluate(call.Arguments[0]) is not false);
            case "or" or "orValue" when call.Target is not null:
                Charge(1);
                return Evaluate(call.Target) switch
                {
                    CelOptional { HasValue: true } present => call.Function == "or" ? present : present.Value,
                    CelOptional => Evaluate(call.Arguments[0]),
                    CelError error => error,
                    _ => CelError.NoOverload,
                };
            default:
                return Strict(call);
        }
    }

    private object? Strict(CallExpr call)
    {
        Arguments buffer = default;
        Span<object?> arguments = buffer;
        var count = 0;
        object? failed = null;
        if (call.Target is not null)
        {
            failed = arguments[count++] = Evaluate(call.Target);
            failed = failed as CelError;
        }

        foreach (var argument in call.Arguments)
        {
            if (failed is not null)
            {
                break;
            }

            failed = arguments[count++] = Evaluate(argument);
            failed = failed as CelError;
        }

        if (failed is not null || call.Resolved is not { } function)
        {
            return failed ?? CelError.NoOverload;
        }

        Charge(CallCosts.Before(function.Name, call.Target is not null, arguments[..count]));
        var result = function.Apply(arguments[..count]);
        Charge(CallCosts.After(function.Name, result));
        return result;
    }

    private object? Logical(CallExpr call, object decisive)
    {
        var left = Evaluate(call.Arguments[0]);
        if (decisive.Equals(left))
        {
            return decisive;
        }

        var right = Evaluate(call.Arguments[1]);
        return decisive.Equals(right) ? decisive
            : left is CelError ? left
            : right is CelError ? right
            : left is bool && right is bool ? right : CelError.NoOverload;
    }

    private object List(ListExpr list)
    {
        List<object?> items = new(list.Items.Length);
        for (var i = 0; i < list.Items.Length; i++)
        {
            var item = Evaluate(list.Items[i]);
            if (item is CelError)
            {
                return item;
            }

            if (list.Optional?[i] != true)
            {
                items.Add(item);
            }
            else if (item is not CelOptional optional)
            {
                return new CelError("cannot initialize optional list element from non-optional value");
            }
            else if (optional.HasValue)
            {
                items.Add(optional.Value);
            }
        }

        Charge(CallCosts.List);
        return new CelArray(items);
    }

    private object Map(MapExpr map)
    {
        var result = new CelDictionary();
        foreach (var entry in map.Entries)
        {
            var key = Evaluate(entry.Key);
            var value = key is CelError ? null : Evaluate(entry.Value);
            if (key is CelError || value is CelError)
            {
                return key as CelError ?? value ?? CelError.NoOverload;
            }

            if (key is not (long or ulong or bool or string))
            {
                return new CelError("unsupported key type");
            }

            if (entry.Optional)
            {
                if (value is not CelOptional optional)
                {
                    return new CelError("cannot initialize optional entry from non-optional value");
                }

                if (!optional.HasValue)
                {
                    continue;
                }

                value = optional.Value;
            }

            if (!result.Add(key, value))
            {
                return new CelError($"Failed with repeated key: {Display.Of(key)}");
            }
        }

        Charge(CallCosts.Map);
        return result;
    }

    private object Message(MessageExpr message)
    {
        var result = new CelObject(message.Type.ObjectType!); // Checked: the type is known.
        foreach (var field in message.Fields)
        {
            var value = Evaluate(field.Value);
            if (value is CelError)
            {
                return value;
            }

            if (field.Optional)
            {
                if (value is not CelOptional optional)
                {
                    return new CelError("cannot initialize optional field from non-optional value");
                }

                if (!optional.HasValue)
                {
                    continue;
                }

                value = optional.Value;
            }

            result.Values[(string)((ConstantExpr)field.Key).Value!] = value; // The parser makes the names of words.
        }

        Charge(CallCosts.Object);
        return result;
    }

    private object? Fold(FoldExpr fold)
    {
        var range = Evaluate(fold.Range);
        if (range is CelError)
        {
            return range;
        }

        if (range is not (CelList or CelMap))
        {
            return CelError.NoOverload;
        }

        var state = Evaluate(fold.Init);
        SetOpen(state, fold.Range is not ListExpr { Items.Length: 0 });
        _frame[fold.AccumulatorSlot] = state;
        if (range is CelList list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (!Turn(fold, fold.Second is null ? list[i] : (long)i, fold.Second is null ? null : list[i]))
                {
                    break;
                }
            }
        }
        else if (range is CelMap map)
        {
            foreach (var key in map.Keys)
            {
                if (!Turn(fold, key, fold.Second is not null && map.TryGet(key, out var value) ? value : null))
                {
                    break;
                }
            }
        }

        SetOpen(_frame[fold.AccumulatorSlot], false);
        return Evaluate(fold.Result);
    }

    private bool Turn(FoldExpr fold, object? first, object? second)
    {
        _frame[fold.VariableSlot] = first;
        if (fold.SecondSlot >= 0)
        {
            _frame[fold.SecondSlot] = second;
        }

        // A condition that is an error goes on: a later item may still decide.
        if (Evaluate(fold.Condition) is false)
        {
            return false;
        }

        _frame[fold.AccumulatorSlot] = Evaluate(fold.Step);
        return true;
    }

    private static void SetOpen(object? state, bool open)
    {
        switch (state)
        {
            case CelArray array:
                array.IsOpen = open;
                break;
            case CelDictionary map:
                map.IsOpen = open;
                break;
        }
    }

    private void Charge(long cost)
    {
        Cost = Cost > long.MaxValue - cost ? long.MaxValue : Cost + cost;
        if (Cost > costLimit)
        {
            throw new CelException(CelErrorKind.CostExceeded, "operation cancelled: actual cost limit exceeded");
        }
    }

    [InlineArray(6)]
    private struct Arguments
    {
        private object? _first;
    }
}
