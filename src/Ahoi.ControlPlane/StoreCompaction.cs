using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane;

/// <summary>
/// Drops old history: what is older than five to ten minutes, as kube-apiserver does with etcd. Whoever comes back later
/// than that lists anew.
/// </summary>
internal sealed class StoreCompaction(IRevisionStore store, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = RunAsync(_stopping.Token);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        var before = store.Revision;
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await store.CompactAsync(before, cancellationToken).ConfigureAwait(false);
                before = store.Revision;
            }
            catch (StoreWriteException)
            {
                // A full disk: nothing was dropped, and the next tick tries again.
            }
        }
    }
}
