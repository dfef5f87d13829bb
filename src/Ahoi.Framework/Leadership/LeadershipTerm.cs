namespace Ahoi.Framework.Leadership;

/// <summary>
/// One uninterrupted time as leader. Valid until <see cref="LeaderElectionOptions.RenewDeadline"/> after the last
/// successful renewal <em>began</em>, on this machine's monotonic clock: a process that was stopped and continued, or
/// whose wall clock jumped, finds its term over before it can write anything.
/// </summary>
public sealed class LeadershipTerm
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _validFor;
    private long _renewedAt;
    private volatile bool _ended;

    internal LeadershipTerm(TimeProvider time, TimeSpan validFor, long renewedAt, long number)
    {
        _time = time;
        _validFor = validFor;
        _renewedAt = renewedAt;
        Number = number;
    }

    /// <summary>Gets which change of leadership this is: the Lease's <c>leaseTransitions</c>.</summary>
    public long Number { get; }

    /// <summary>Gets whether this replica may write now.</summary>
    public bool IsValid => Remaining > TimeSpan.Zero;

    /// <summary>Gets for how long this replica may write without another renewal; zero when the term is over.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (_ended)
            {
                return TimeSpan.Zero;
            }

            var remaining = _validFor - _time.GetElapsedTime(Interlocked.Read(ref _renewedAt));
            return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }

    /// <summary>Stops whoever may not write any more.</summary>
    /// <exception cref="LeadershipLostException">The term is over.</exception>
    public void ThrowIfOver()
    {
        if (!IsValid)
        {
            throw new LeadershipLostException();
        }
    }

    internal void Renewed(long at) => Interlocked.Exchange(ref _renewedAt, at);

    internal void End() => _ended = true;
}
