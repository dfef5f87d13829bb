using Ahoi.Cel.Checking;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>What expressions need that make JSON patches.</summary>
internal static class JsonPatches
{
    public static void AddTo(FunctionRegistry functions) => functions.Add(
        "jsonpatch.escapeKey",
        a => a[0] is string key ? key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal) : CelError.NoOverload,
        "(string):string");
}
