using System.Globalization;

namespace Ahoi.Framework.Hosting;

/// <content>How the operator is.</content>
public sealed partial class Operator
{
    // Longer than any watch may be silent and any request may take, so that a slow cluster does not look like a stuck loop.
    private static readonly TimeSpan StillnessLimit = TimeSpan.FromMinutes(10);

    /// <summary>Looks at every loop, cache and lease of the operator; asks nobody else, so that it answers at once.</summary>
    /// <returns>What it found.</returns>
    public OperatorHealth CheckHealth() => new([.. Liveness()], [.. Readiness()]);

    private IEnumerable<HealthItem> Liveness()
    {
        var stopping = Volatile.Read(ref _stopped);
        yield return _run.IsCompleted && _started && !stopping
            ? new("operator", false, $"its loop has ended: {_run.Exception?.GetBaseException().Message ?? "nobody knows why"}")
            : new("operator", true, stopping ? "stops" : "runs");
        foreach (var runner in _runners)
        {
            var stuck = stopping ? null : runner.Stuck;
            yield return new($"controller/{runner.Name}", stuck is null, stuck ?? "moves");
        }

        if (Tasks.All.Count > 0)
        {
            yield return new("tasks", Tasks.Fault is null, Tasks.Fault ?? "run when their time comes");
        }

        var dead = _cache.Dead;
        foreach (var informer in _cache.Informers.OrderBy(i => i.Scope.ToString(), StringComparer.Ordinal))
        {
            yield return new(
                $"cache/{informer.Scope.Kind.Kind}",
                !dead.Contains(informer) && (stopping || informer.Stillness < StillnessLimit),
                dead.Contains(informer) ? "its loop has ended" : string.Create(CultureInfo.InvariantCulture, $"{informer.Store.Count} objects; moved {informer.Stillness.TotalSeconds:0} s ago"));
        }
    }

    private IEnumerable<HealthItem> Readiness()
    {
        yield return Volatile.Read(ref _stopped) ? new("operator", false, "stops") : new("operator", _started, _started ? "started" : _installing ?? "has not started");
        foreach (var runner in _runners)
        {
            yield return new($"controller/{runner.Name}", runner.IsRunning, runner.IsRunning ? "its caches are complete" : runner.Waiting ?? "its caches are being filled");
        }

        // What only a leader does is not waited for elsewhere.
        foreach (var work in _works.Where(_ => Volatile.Read(ref _working)))
        {
            yield return new(work.Name, work.IsRunning, work.IsRunning ? "its caches are complete" : "its caches are being filled");
        }

        if (_leadership?.Elector is { } elector)
        {
            yield return elector.Holder switch
            {
                null => new("leadership", false, $"the Lease {elector.Lease} was not seen yet"),
                _ when elector.IsLeader => new("leadership", true, $"this replica leads by Lease {elector.Lease}"),
                "" => new("leadership", true, $"nobody holds the Lease {elector.Lease}"),
                var holder => new("leadership", true, $"{holder} leads by Lease {elector.Lease}"),
            };
        }
    }
}
