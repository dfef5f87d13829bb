namespace Ahoi.ControlPlane.ApiServer.Hosting;

/// <summary>Counts the requests under way, so that stopping can wait for them.</summary>
internal sealed class InFlight
{
    // The sign bit says that no more are taken.
    private const long Draining = long.MinValue;

    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _count;

    /// <summary>Begins a request.</summary>
    /// <returns>Whether it may go on.</returns>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) > 0)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _count) == Draining)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>Takes no more requests and waits for those under way.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Add(ref _count, Draining) == Draining)
        {
            return;
        }

        await _drained.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
