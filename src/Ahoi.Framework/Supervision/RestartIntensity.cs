namespace Ahoi.Framework.Supervision;

/// <summary>Counts restarts within a sliding window.</summary>
internal sealed class RestartIntensity(SupervisorOptions options)
{
    private readonly Queue<long> _restarts = new();

    /// <summary>Counts one restart.</summary>
    /// <returns>Whether it is still within the limits.</returns>
    public bool Add()
    {
        var now = options.Time.GetTimestamp();
        _restarts.Enqueue(now);
        while (_restarts.TryPeek(out var oldest) && options.Time.GetElapsedTime(oldest, now) > options.MaxSeconds)
        {
            _restarts.Dequeue();
        }

        return _restarts.Count <= options.MaxRestarts;
    }
}
