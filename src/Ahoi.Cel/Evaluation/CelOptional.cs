namespace Ahoi.Cel.Evaluation;

/// <summary>A value that may be missing.</summary>
internal sealed class CelOptional
{
    public static readonly CelOptional None = new(null, false);

    private CelOptional(object? value, bool hasValue)
    {
        Value = value;
        HasValue = hasValue;
    }

    public bool HasValue { get; }

    public object? Value { get; }

    public static CelOptional Of(object? value) => new(value, true);

    public override string ToString() => HasValue ? $"optional.of({Display.Of(Value)})" : "optional.none()";
}
