namespace Ahoi.Cel.Costs;

/// <summary>How large a text, a list or a map is at least and at most; saturates instead of overflowing.</summary>
internal readonly record struct Size(long Min, long Max)
{
    public static readonly Size Unknown = new(0, long.MaxValue);
    public static readonly Size One = new(1, 1);

    public static Size Exactly(long size) => new(size, size);

    public Size Union(Size other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));

    public Size Plus(Size other) => new(Add(Min, other.Min), Add(Max, other.Max));

    public Size Times(Size other) => new(Multiply(Min, other.Min), Multiply(Max, other.Max));

    /// <summary>What the largest size costs, rounded up.</summary>
    public long At(double factor) => Part(Max, factor);

    public static long Part(long size, double factor) => size * factor >= long.MaxValue ? long.MaxValue : (long)Math.Ceiling(size * factor);

    public static long Add(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    public static long Multiply(long a, long b) => Math.BigMul(a, b, out var low) is 0 && low >= 0 ? low : long.MaxValue;
}

/// <summary>How large the keys and the values of a list or a map are.</summary>
internal sealed record EntrySize(bool IsList, Size Key, Size Value)
{
    public EntrySize? Union(EntrySize? other) => other is null ? null : new(IsList, Key.Union(other.Key), Value.Union(other.Value));
}
