using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel;

/// <summary>The value of a variable whose type is optional.</summary>
/// <param name="HasValue">Whether there is a value.</param>
/// <param name="Value">The value, as JSON.</param>
public readonly record struct CelOptionalValue(bool HasValue, object? Value)
{
    internal object ToValue(Types.CelType type) =>
        HasValue ? CelOptional.Of(JsonValues.From(Value, type.Kind == Types.CelTypeKind.Optional ? type.Parameters[0] : type)) : CelOptional.None;
}
