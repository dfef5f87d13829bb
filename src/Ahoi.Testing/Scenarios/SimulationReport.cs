namespace Ahoi.Testing.Scenarios;

/// <summary>What <see cref="Simulation"/> has tried.</summary>
/// <param name="Seeds">How many seeds.</param>
/// <param name="Faults">How many requests were disturbed, by how.</param>
/// <param name="Deaths">How often the operator died.</param>
/// <param name="Elapsed">How long all of it took.</param>
public sealed record SimulationReport(int Seeds, IReadOnlyDictionary<FaultKind, int> Faults, int Deaths, TimeSpan Elapsed)
{
    /// <summary>Says it in a line.</summary>
    /// <returns>The line.</returns>
    public override string ToString() =>
        $"{Seeds} seeds in {Elapsed.TotalSeconds:0.0} s, {Deaths} deaths, {Faults.Values.Sum()} faults: {string.Join(", ", Faults.OrderBy(f => f.Key).Select(f => $"{f.Key} {f.Value}"))}";
}
