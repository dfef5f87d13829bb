using System.Collections.Concurrent;
using Ahoi.Api.Objects;

namespace Ahoi.Previews.Reconcilers;

/// <summary>Lets so many copies of an app change at a time. It is in memory: after a start, what is under way is not counted.</summary>
internal sealed class Rollouts
{
    /// <summary>After so long, a rollout that does not end keeps nobody waiting any more.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<ObjectKey, Dictionary<ObjectKey, DateTimeOffset>> _running = new();

    /// <summary>Takes a place among the app's rollouts, or keeps the one it has.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryBegin(ObjectKey app, ObjectKey preview, int most, DateTimeOffset now)
    {
        var running = _running.GetOrAdd(app, _ => []);
        lock (running)
        {
            foreach (var late in running.Where(r => now - r.Value > Patience).Select(r => r.Key).ToList())
            {
                running.Remove(late);
            }

            return running.ContainsKey(preview) || (running.Count < most && running.TryAdd(preview, now));
        }
    }

    /// <summary>Gives the place back.</summary>
    public void End(ObjectKey app, ObjectKey preview)
    {
        if (_running.TryGetValue(app, out var running))
        {
            lock (running)
            {
                running.Remove(preview);
            }
        }
    }
}
