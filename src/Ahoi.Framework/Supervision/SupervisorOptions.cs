namespace Ahoi.Framework.Supervision;

/// <summary>How a supervisor behaves; names and defaults are Elixir's.</summary>
public sealed record SupervisorOptions
{
    /// <summary>Gets which children are restarted together.</summary>
    /// <value>The default is <see cref="SupervisionStrategy.OneForOne"/>.</value>
    public SupervisionStrategy Strategy { get; init; } = SupervisionStrategy.OneForOne;

    /// <summary>
    /// Gets how many restarts are allowed within <see cref="MaxSeconds"/>. With one more, the supervisor stops all its
    /// children and ends itself, so that its own supervisor can decide (OTP's restart intensity).
    /// </summary>
    /// <value>The default is 3; it must not be negative.</value>
    public int MaxRestarts { get; init; } = 3;

    /// <summary>Gets the time in which <see cref="MaxRestarts"/> are counted.</summary>
    /// <value>The default is 5 seconds; it must be positive.</value>
    public TimeSpan MaxSeconds { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the clock.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxRestarts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(MaxSeconds, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(Time);
    }
}
