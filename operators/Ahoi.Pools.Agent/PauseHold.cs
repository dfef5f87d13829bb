using Ahoi.Pools.Agent.Bouncer;

namespace Ahoi.Pools.Agent;

/// <summary>A pause that was begun. It holds when all transactions have ended; until then its commands wait, each on a session of
/// its own, and are called off by closing them.</summary>
internal sealed class PauseHold : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _begun;

    public PauseHold(string id, IReadOnlyList<string> databases, Pooler pooler, Action paused)
    {
        Id = id;
        _begun = BeginAsync(databases, pooler, paused);
    }

    public string Id { get; }

    public bool IsPaused { get; set; }

    /// <summary>Calls the pause off where it does not hold yet.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _begun.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _end.Dispose();

    private async Task BeginAsync(IReadOnlyList<string> databases, Pooler pooler, Action paused)
    {
        try
        {
            await Task.WhenAll(databases.Select(d => pooler.PauseAsync(d, _end.Token))).ConfigureAwait(false);
            IsPaused = true;
            paused();
        }
        catch (Exception exception) when (Pooler.IsAway(exception))
        {
            Log.Write($"pausing failed: {exception.Message}");
        }
    }
}
