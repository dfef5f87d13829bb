using Ahoi.Cel.Types;

namespace Ahoi.Cel.Syntax;

/// <summary>A node of an expression. The checker fills in types and slots; then it never changes.</summary>
internal abstract class Expr(int position)
{
    public int Position { get; } = position;

    public CelType Type { get; set; } = CelType.Dyn;
}

internal sealed class ConstantExpr(int position, object? value) : Expr(position)
{
    public object? Value { get; } = value;
}

internal sealed class IdentExpr(int position, string name) : Expr(position)
{
    public string Name { get; } = name;

    // A local's place in the frame, or -1 for a variable of the environment, or -2 for a type's name.
    public int Slot { get; set; } = -1;

    public object? TypeValue { get; set; }
}

internal sealed class SelectExpr(int position, Expr operand, string field, bool test = false, bool optional = false) : Expr(position)
{
    public Expr Operand { get; } = operand;

    public string Field { get; } = field;

    public bool Test { get; } = test;

    // The variable of the environment that the whole selection names, if one has a name with dots.
    public string? Variable { get; set; }

    public bool Optional { get; } = optional;
}

internal sealed class CallExpr(int position, string function, Expr? target, Expr[] arguments) : Expr(position)
{
    public string Function { get; set; } = function;

    public Expr? Target { get; set; } = target;

    public Expr[] Arguments { get; } = arguments;

    public Checking.Function? Resolved { get; set; }
}

internal sealed class ListExpr(int position, Expr[] items, bool[]? optional = null) : Expr(position)
{
    public Expr[] Items { get; } = items;

    public bool[]? Optional { get; } = optional;
}

internal sealed class MapExpr(int position, MapEntry[] entries) : Expr(position)
{
    public MapEntry[] Entries { get; } = entries;
}

internal readonly record struct MapEntry(Expr Key, Expr Value, bool Optional);

internal sealed class MessageExpr(int position, string name, MapEntry[] fields) : Expr(position)
{
    public string Name { get; } = name;

    public MapEntry[] Fields { get; } = fields;
}

/// <summary>A loop: the accumulator starts at Init and becomes Step for each item while Condition is not false.</summary>
internal sealed class FoldExpr(int position, Expr range, string variable, string? second, Expr init, Expr condition, Expr step, Expr result, string accumulator)
    : Expr(position)
{
    public Expr Range { get; } = range;

    public string Variable { get; } = variable;

    public string? Second { get; } = second;

    public string Accumulator { get; } = accumulator;

    public Expr Init { get; } = init;

    public Expr Condition { get; } = condition;

    public Expr Step { get; } = step;

    public Expr Result { get; } = result;

    public int VariableSlot { get; set; }

    public int SecondSlot { get; set; }

    public int AccumulatorSlot { get; set; }
}
