namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>An expression ready to run over values of one schema.</summary>
internal interface IRuleProgram
{
    /// <summary>Evaluates the expression.</summary>
    /// <param name="self">The value.</param>
    /// <param name="old">What the value was; <see langword="null"/> where there was none.</param>
    /// <returns>The outcome.</returns>
    RuleOutcome Run(object self, object? old);
}

/// <summary>What an expression came to.</summary>
/// <param name="Value">A bool or a string; <see langword="null"/> after a failure or for another type.</param>
/// <param name="Cost">What it cost.</param>
/// <param name="Error">Why it failed, or <see langword="null"/>.</param>
/// <param name="IsTooExpensive">Whether it was stopped because it cost too much.</param>
internal readonly record struct RuleOutcome(object? Value, ulong Cost, string? Error = null, bool IsTooExpensive = false);
