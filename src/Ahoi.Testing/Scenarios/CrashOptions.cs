namespace Ahoi.Testing.Scenarios;

/// <summary>How <see cref="CrashPoints"/> goes about it.</summary>
public sealed record CrashOptions : ScenarioOptions
{
    /// <summary>Gets when the operator dies.</summary>
    public CrashMoments Moments { get; init; } = CrashMoments.Both;
}
