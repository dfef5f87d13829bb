namespace Ahoi.Cel.Evaluation;

/// <summary>A failed part of an expression, as a value: &amp;&amp; and || may swallow it.</summary>
internal sealed class CelError(string message)
{
    public static readonly CelError NoOverload = new("no such overload");
    public static readonly CelError IntegerOverflow = new("integer overflow");
    public static readonly CelError UintOverflow = new("unsigned integer overflow");

    public string Message { get; } = message;

    public bool IsNoOverload => ReferenceEquals(this, NoOverload);

    public static CelError NoKey(object? key) => new($"no such key: {Display.Of(key)}");
}
