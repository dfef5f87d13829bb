using System.Diagnostics;

namespace Ahoi.Testing.Scenarios;

/// <summary>A clock that goes as the world's does while something happens, and leaps to the next timer once nothing does: a
/// patience of minutes costs milliseconds.</summary>
internal sealed class LeapingTime : TimeProvider, IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    /// <summary>How many looks have to find nothing new before the clock leaps.</summary>
    private const int QuietLooks = 2;

    private readonly Lock _gate = new();
    private readonly PriorityQueue<(Timer Timer, int Setting), long> _due = new();
    private readonly DateTimeOffset _start = System.GetUtcNow();
    private readonly long _startStamp = Stopwatch.GetTimestamp();
    private readonly Func<long> _activity;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private long _leapt;

    /// <param name="activity">Changes whenever something happens, and is negative while something is under way.</param>
    public LeapingTime(Func<long> activity)
    {
        _activity = activity;
        _running = RunAsync();
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Stopwatch.GetElapsedTime(_startStamp).Ticks + Volatile.Read(ref _leapt);

    public override DateTimeOffset GetUtcNow() => _start.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var (last, quiet) = (0L, 0);
        while (true)
        {
            await Task.Delay(Look, System, _stop.Token).ConfigureAwait(false);
            var now = _activity();
            quiet = now >= 0 && now == last ? quiet + 1 : 0;
            last = now;
            foreach (var timer in TakeDue(quiet >= QuietLooks))
            {
                quiet = 0;
                ThreadPool.UnsafeQueueUserWorkItem(static t => t.Fire(), timer, preferLocal: false);
            }
        }
    }

    private List<Timer> TakeDue(bool leap)
    {
        var taken = new List<Timer>();
        lock (_gate)
        {
            while (_due.TryPeek(out var next, out var at))
            {
                if (next.Timer.Setting != next.Setting)
                {
                    _due.Dequeue(); // It was set otherwise since.
                    continue;
                }

                var ahead = at - GetTimestamp();
                if (ahead > 0)
                {
                    if (!leap)
                    {
                        break;
                    }

                    _leapt += ahead;
                    leap = false;
                }

                _due.Dequeue();
                next.Timer.Setting++;
                if (next.Timer.Period > 0)
                {
                    _due.Enqueue((next.Timer, next.Timer.Setting), at + next.Timer.Period);
                }

                taken.Add(next.Timer);
            }
        }

        return taken;
    }

    private sealed class Timer(LeapingTime time, TimerCallback callback, object? state) : ITimer
    {
        /// <summary>Gets or sets how many times it was set; older entries of the queue are not about it any more.</summary>
        public int Setting { get; set; }

        public long Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                Setting++;
                Period = period > TimeSpan.Zero ? period.Ticks : 0;
                if (dueTime >= TimeSpan.Zero)
                {
                    time._due.Enqueue((this, Setting), time.GetTimestamp() + dueTime.Ticks);
                }
            }

            return true;
        }

        public void Fire() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
