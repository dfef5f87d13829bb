namespace Ahoi.Cel;

/// <summary>Kubernetes' limits on what expressions may cost.</summary>
public static class CelLimits
{
    /// <summary>What one evaluation may cost.</summary>
    public const long PerCall = 1_000_000;

    /// <summary>What all evaluations for one request to a custom resource may cost together.</summary>
    public const long RuntimeBudget = 10_000_000;

    /// <summary>What all match conditions of one policy or webhook may cost together.</summary>
    public const long MatchConditionsBudget = 2_500_000;

    /// <summary>The largest estimate of one rule of a custom resource definition.</summary>
    public const long EstimatePerRule = 10_000_000;

    /// <summary>The largest estimate of all rules of a custom resource definition together.</summary>
    public const long EstimatePerDefinition = 100_000_000;
}
