namespace Ahoi.Framework.Periodic;

/// <summary>When a periodic task runs.</summary>
public sealed class PeriodicTaskOptions
{
    /// <summary>Gets or sets how long after the end of a run the next begins.</summary>
    /// <value>The default is 1 minute; it must be positive.</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets by which part of it the interval is lengthened or shortened at random, so that not all
    /// operators of a cluster do the same at the same moment.</summary>
    /// <value>The default is 0.1: a tenth. It must be from 0 to 1.</value>
    public double Jitter { get; set; } = 0.1;

    /// <summary>Gets or sets how long after the start, or after this replica began to lead, the first run begins.</summary>
    /// <value>The default is <see cref="TimeSpan.Zero"/>: at once.</value>
    public TimeSpan FirstDelay { get; set; }

    /// <summary>Gets or sets how long one run may take.</summary>
    /// <value>The default is 2 minutes; it must be positive.</value>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Gets or sets when the next run begins, given the time now; it takes the place of <see cref="Interval"/>,
    /// <see cref="Jitter"/> and <see cref="FirstDelay"/>. Where it gives <see langword="null"/> there is no further run. A
    /// cron library's next occurrence fits; a time that is not to come counts as a second from now.</summary>
    public Func<DateTimeOffset, DateTimeOffset?>? Schedule { get; set; }

    /// <summary>Gets or sets whether every replica runs the task, and not the one alone that leads. A replica that does not
    /// lead must not write: its client refuses.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool OnEveryReplica { get; set; }

    internal IEnumerable<string> Faults()
    {
        if (Interval <= TimeSpan.Zero)
        {
            yield return $"{nameof(Interval)} must be positive";
        }

        if (Jitter is not (>= 0 and <= 1))
        {
            yield return $"{nameof(Jitter)} must be from 0 to 1";
        }

        if (FirstDelay < TimeSpan.Zero)
        {
            yield return $"{nameof(FirstDelay)} must not be negative";
        }

        if (Deadline <= TimeSpan.Zero)
        {
            yield return $"{nameof(Deadline)} must be positive";
        }
    }
}
