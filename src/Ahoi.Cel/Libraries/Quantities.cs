using Ahoi.Api.Quantities;
using Ahoi.Cel.Checking;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>Resource quantities.</summary>
internal static class Quantities
{
    private const string Q = "kubernetes.Quantity";

    public static void AddTo(FunctionRegistry functions)
    {
        functions.Add("quantity", a => a[0] is string s ? Quantity.TryParse(s, out var q) ? new Value(q) : new CelError($"quantities must match the regular expression: {s}") : CelError.NoOverload, $"(string):{Q}");
        functions.Add("isQuantity", a => a[0] is string s ? Display.Box(Quantity.TryParse(s, out _)) : CelError.NoOverload, "(string):bool");
        functions.Add("isInteger", a => a[0] is Value v ? Display.Box(IsInteger(v.Amount)) : CelError.NoOverload, $"{Q}.():bool");
        functions.Add("asInteger", a => a[0] is Value v ? IsInteger(v.Amount) ? v.Amount.Value : new CelError("cannot convert value to integer") : CelError.NoOverload, $"{Q}.():int");
        functions.Add("asApproximateFloat", a => a[0] is Value v ? v.Amount.ToDouble() : CelError.NoOverload, $"{Q}.():double");
        functions.Add("sign", a => a[0] is Value v ? (long)v.Amount.Sign : CelError.NoOverload, $"{Q}.():int");
        functions.Add("compareTo", a => (a[0], a[1]) is (Value l, Value r) ? (long)l.Amount.CompareTo(r.Amount) : CelError.NoOverload, $"{Q}.({Q}):int");
        functions.Add("isLessThan", a => (a[0], a[1]) is (Value l, Value r) ? Display.Box(l.Amount < r.Amount) : CelError.NoOverload, $"{Q}.({Q}):bool");
        functions.Add("isGreaterThan", a => (a[0], a[1]) is (Value l, Value r) ? Display.Box(l.Amount > r.Amount) : CelError.NoOverload, $"{Q}.({Q}):bool");
        functions.Add("add", a => Sum(a, 1), $"{Q}.({Q}):{Q}", $"{Q}.(int):{Q}");
        functions.Add("sub", a => Sum(a, -1), $"{Q}.({Q}):{Q}", $"{Q}.(int):{Q}");
    }

    private static bool IsInteger(Quantity amount) => amount.IsWhole && amount.CompareTo(new(long.MaxValue)) <= 0 && amount.CompareTo(new(long.MinValue)) >= 0;

    private static object Sum(ReadOnlySpan<object?> a, int sign)
    {
        if (a[0] is not Value left || a[1] is not (Value or long))
        {
            return CelError.NoOverload;
        }

        var right = a[1] is Value value ? value.Amount : new Quantity((long)a[1]!);
        return new Value(sign > 0 ? left.Amount + right : left.Amount - right);
    }

    private sealed record Value(Quantity Amount) : IOpaqueValue
    {
        public string TypeName => Q;

        public override string ToString() => Amount.ToString();
    }
}
