using System.Collections.Concurrent;
using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Controllers.Objects;

namespace Ahoi.ControlPlane.Controllers.Jobs;

/// <summary>
/// How long a job waits before it replaces a failed pod: ten seconds, doubled with each failure since the last success, ten
/// minutes at most. Failed pods that are gone are remembered as long as the controller runs.
/// </summary>
internal sealed class JobBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, (DateTimeOffset At, bool Failed)>> _ends = new(StringComparer.Ordinal);

    /// <summary>Notes what ended, and gets how long to wait before the next pod.</summary>
    public TimeSpan Remaining(string job, IEnumerable<JsonMap> succeeded, IEnumerable<JsonMap> failed, DateTimeOffset now)
    {
        var ends = _ends.GetOrAdd(job, _ => new(StringComparer.Ordinal));
        foreach (var pod in succeeded)
        {
            ends.TryAdd(Uid(pod), (EndOf(pod), false));
        }

        foreach (var pod in failed)
        {
            ends.TryAdd(Uid(pod), (EndOf(pod), true));
        }

        var (failures, last) = (0, DateTimeOffset.MinValue);
        foreach (var (at, isFailure) in ends.Values.OrderBy(e => e.At).ThenBy(e => e.Failed))
        {
            (failures, last) = isFailure ? (failures + 1, at) : (0, last);
        }

        return Left(failures, last, now);
    }

    /// <summary>Gets how long to wait before an index is tried again.</summary>
    public static TimeSpan Remaining(JsonMap failed, DateTimeOffset now) => Left(FailuresOf(failed) + 1, EndOf(failed), now);

    /// <summary>Gets how many pods of the same index had failed before this one, those included that do not count.</summary>
    public static int FailuresOf(JsonMap pod) => Number(pod, JobNames.IndexFailures) + Number(pod, JobNames.IndexIgnoredFailures);

    public static int Number(JsonMap pod, string annotation) =>
        int.TryParse(pod.At("metadata", "annotations", annotation) as string, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    public void Forget(string job) => _ends.TryRemove(job, out _);

    private static TimeSpan Left(int failures, DateTimeOffset last, DateTimeOffset now)
    {
        if (failures == 0)
        {
            return TimeSpan.Zero;
        }

        var wait = First * Math.Pow(2, Math.Min(failures - 1, 10));
        var left = (wait < Most ? wait : Most) - (now - last);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static string Uid(JsonMap pod) => pod.At("metadata", "uid") as string ?? "";

    // The best that is known: when the last container ended, when the pod ceased to be ready, when it was told to go.
    private static DateTimeOffset EndOf(JsonMap pod)
    {
        var containers = (pod.Map("status")?.List("containerStatuses")?.Maps ?? []).Select(c => PodState.Time(c.At("state", "terminated", "finishedAt"))).ToList();
        if (containers.Count > 0 && containers.TrueForAll(c => c is not null))
        {
            return containers.Max()!.Value; // None is null.
        }

        if (PodState.Condition(pod, "Ready") is { } ready && ready.Text("status") == "False" && PodState.Time(ready["lastTransitionTime"]) is { } since)
        {
            return since;
        }

        if (PodState.Time(pod.At("metadata", "deletionTimestamp")) is { } deletion)
        {
            return deletion.AddSeconds(-(pod.At("metadata", "deletionGracePeriodSeconds") as long? ?? 0));
        }

        return PodState.Time(pod.At("metadata", "creationTimestamp")) ?? DateTimeOffset.MinValue;
    }
}
