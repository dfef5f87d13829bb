using Ahoi.Cel.Checking;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>Values that may be missing.</summary>
internal static class Optionals
{
    public static void AddTo(FunctionRegistry functions)
    {
        functions.Add("optional.of", a => CelOptional.Of(a[0]), "(A):optional(A)");
        functions.Add("optional.none", _ => CelOptional.None, "():optional(A)");
        functions.Add("optional.ofNonZeroValue", a => IsZero(a[0]) ? CelOptional.None : CelOptional.Of(a[0]), "(A):optional(A)");
        functions.Add("hasValue", a => a[0] is CelOptional optional ? Display.Box(optional.HasValue) : CelError.NoOverload, "optional(A).():bool");
        functions.Add(
            "value",
            a => a[0] is CelOptional optional ? optional.HasValue ? optional.Value : new CelError("optional.none() dereference") : CelError.NoOverload,
            "optional(A).():A");
        functions.Add("or", _ => CelError.NoOverload, "optional(A).(optional(A)):optional(A)");
        functions.Add("orValue", _ => CelError.NoOverload, "optional(A).(A):A");
        functions.Add(
            "optional.unwrap",
            a => a[0] is CelList list ? CelList.Of(list.Items.OfType<CelOptional>().Where(o => o.HasValue).Select(o => o.Value)) : CelError.NoOverload,
            "(list(optional(A))):list(A)");
        functions.Add(
            "unwrapOpt",
            a => a[0] is CelList list ? CelList.Of(list.Items.OfType<CelOptional>().Where(o => o.HasValue).Select(o => o.Value)) : CelError.NoOverload,
            "list(optional(A)).():list(A)");
    }

    private static bool IsZero(object? value) => value switch
    {
        null or false or 0L or 0UL or 0.0 or "" => true,
        byte[] bytes => bytes.Length == 0,
        CelList list => list.Count == 0,
        CelMap map => map.Count == 0,
        CelDuration span => span.Nanos == 0,
        CelOptional optional => !optional.HasValue,
        _ => false,
    };
}
