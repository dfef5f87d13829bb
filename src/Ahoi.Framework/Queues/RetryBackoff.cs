using System.Collections.Concurrent;
using Ahoi.Api.Objects;
using Ahoi.Framework.Informers;

namespace Ahoi.Framework.Queues;

/// <summary>Counts each key's failures and says how long to wait after the last one.</summary>
internal sealed class RetryBackoff(TimeSpan first, TimeSpan limit, Random random)
{
    private readonly ConcurrentDictionary<ObjectKey, int> _failures = new();

    /// <summary>How many attempts failed since the last success.</summary>
    public int Failures(ObjectKey key) => _failures.GetValueOrDefault(key);

    /// <summary>Counts a failure; how long to wait after it.</summary>
    public TimeSpan Next(ObjectKey key) =>
        Backoff.Delay(_failures.AddOrUpdate(key, 1, (_, n) => n + 1) - 1, first, limit, random);

    /// <summary>Forgets the failures.</summary>
    public void Forget(ObjectKey key) => _failures.TryRemove(key, out _);
}
