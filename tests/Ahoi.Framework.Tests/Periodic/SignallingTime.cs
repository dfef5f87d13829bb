using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.Framework.Tests.Periodic;

/// <summary>A fake clock that tells of each timer set on it, so that a test knows when it may go on.</summary>
internal sealed class SignallingTime : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();

    public SignallingTime()
        : base(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until a timer is set that fits; those before it are forgotten.</summary>
    public async Task<TimeSpan> TimerAsync(Func<TimeSpan, bool> fits)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var due in _timers.Reader.ReadAllAsync(limit.Token))
        {
            if (fits(due))
            {
                return due;
            }
        }

        throw new InvalidOperationException("There are no timers any more.");
    }
}
