using System.Threading.Channels;

namespace Ahoi.ControlPlane.Controllers.Garbage;

/// <summary>The objects that are worth a look, by uid: each waits once, and what fails comes back later and later.</summary>
internal sealed class GarbageQueue(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);
    private readonly Channel<string> _ready = Channel.CreateUnbounded<string>();

    public IAsyncEnumerable<string> ReadAllAsync(CancellationToken cancellationToken) => _ready.Reader.ReadAllAsync(cancellationToken);

    public void Add(string uid)
    {
        lock (_gate)
        {
            if (!_waiting.Add(uid))
            {
                return;
            }
        }

        _ready.Writer.TryWrite(uid);
    }

    /// <summary>Takes an object out: what is added from now on is another look.</summary>
    public void Begin(string uid)
    {
        lock (_gate)
        {
            _waiting.Remove(uid);
        }
    }

    public void Succeeded(string uid)
    {
        lock (_gate)
        {
            _failures.Remove(uid);
        }
    }

    /// <summary>Has an object looked at again after a while.</summary>
    public async Task RetryAsync(string uid, CancellationToken cancellationToken)
    {
        int failures;
        lock (_gate)
        {
            failures = _failures[uid] = _failures.GetValueOrDefault(uid) + 1;
        }

        var delay = TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(failures - 1, 20)));
        await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cancellationToken.IsCancellationRequested)
        {
            Add(uid);
        }
    }
}
