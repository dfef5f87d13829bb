namespace Ahoi.Framework.Scheduling;

/// <summary>A score and how much it counts.</summary>
/// <param name="Score">The score.</param>
/// <param name="Weight">How much it counts beside the others; more than zero.</param>
public sealed record WeightedScore(IPodScore Score, double Weight);
