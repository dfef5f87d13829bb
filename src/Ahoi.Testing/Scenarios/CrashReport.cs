namespace Ahoi.Testing.Scenarios;

/// <summary>What <see cref="CrashPoints"/> has tried.</summary>
/// <param name="Deaths">How often the operator died in each step, by the step's name.</param>
/// <param name="Elapsed">How long all of it took.</param>
public sealed record CrashReport(IReadOnlyDictionary<string, int> Deaths, TimeSpan Elapsed)
{
    /// <summary>Says it in a line.</summary>
    /// <returns>The line.</returns>
    public override string ToString() =>
        $"{Deaths.Values.Sum()} deaths in {Elapsed.TotalSeconds:0.0} s: {string.Join(", ", Deaths.Select(d => $"{d.Key} {d.Value}"))}";
}
