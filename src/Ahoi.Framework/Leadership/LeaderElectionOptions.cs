namespace Ahoi.Framework.Leadership;

/// <summary>How replicas of an operator agree on which of them works. Names and defaults are those of client-go.</summary>
public sealed class LeaderElectionOptions
{
    /// <summary>Gets or sets the name of the Lease.</summary>
    public required string LeaseName { get; set; }

    /// <summary>Gets or sets the namespace of the Lease.</summary>
    public required string LeaseNamespace { get; set; }

    /// <summary>Gets or sets what tells this replica from the others; it must be new for every process.</summary>
    /// <value>The default is the machine's name and a random part.</value>
    public string Identity { get; set; } = $"{Environment.MachineName}_{Guid.NewGuid():n}";

    /// <summary>Gets or sets how long the others wait without a renewal before they take over.</summary>
    /// <value>The default is 15 seconds; whole seconds, longer than <see cref="RenewDeadline"/>.</value>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Gets or sets how long the leader goes on working after its last renewal began. What is left until
    /// <see cref="LeaseDuration"/> is the margin for a write that is still on its way.
    /// </summary>
    /// <value>The default is 10 seconds; longer than <see cref="RetryPeriod"/>.</value>
    public TimeSpan RenewDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets the time between two tries to get or to renew the Lease.</summary>
    /// <value>The default is 2 seconds.</value>
    public TimeSpan RetryPeriod { get; set; } = TimeSpan.FromSeconds(2);

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(LeaseName);
        ArgumentException.ThrowIfNullOrEmpty(LeaseNamespace);
        ArgumentException.ThrowIfNullOrEmpty(Identity);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RetryPeriod, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RenewDeadline, RetryPeriod);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(LeaseDuration, RenewDeadline);
        if (LeaseDuration.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(LeaseDuration), LeaseDuration, "A Lease counts whole seconds.");
        }
    }
}
