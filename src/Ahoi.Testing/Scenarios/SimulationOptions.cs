namespace Ahoi.Testing.Scenarios;

/// <summary>How <see cref="Simulation"/> goes about it.</summary>
public sealed record SimulationOptions : ScenarioOptions
{
    /// <summary>Gets the first seed; the others follow it.</summary>
    /// <value>The default is 1.</value>
    public int FirstSeed { get; init; } = 1;

    /// <summary>Gets how many seeds are tried.</summary>
    /// <value>The default is 50.</value>
    public int Seeds { get; init; } = 50;

    /// <summary>Gets which part of the requests that may be disturbed is, from 0 to 1. Of requests with the same verb and path,
    /// the first four may be in each step; so disturbances end by themselves.</summary>
    /// <value>The default is a quarter.</value>
    public double FaultRate { get; init; } = 0.25;

    /// <summary>Gets how many times the operator dies in a step at the most.</summary>
    /// <value>The default is 2.</value>
    public int MostDeaths { get; init; } = 2;

    /// <summary>Gets how many replicas of the operator run, of which one leads. With more than one, the first one dies, and leadership
    /// changes also where requests about the Lease are disturbed.</summary>
    /// <value>The default is 1, without leadership.</value>
    public int Replicas { get; init; } = 1;
}
