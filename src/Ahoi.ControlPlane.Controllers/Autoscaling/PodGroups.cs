using Ahoi.Api.Json;
using Ahoi.ControlPlane.Controllers.Objects;

namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>The pods of a target, by what their figures are worth.</summary>
/// <param name="Ready">How many count as they are.</param>
/// <param name="Unready">Pods that do no work yet: their figures do not count.</param>
/// <param name="Missing">Pods without figures.</param>
/// <param name="Ignored">Pods that go or have failed: nobody counts with them.</param>
internal sealed record PodGroups(int Ready, IReadOnlyList<string> Unready, IReadOnlyList<string> Missing, IReadOnlyList<string> Ignored)
{
    private static readonly TimeSpan Initialization = TimeSpan.FromMinutes(5); // kube-controller-manager's defaults.
    private static readonly TimeSpan InitialReadinessDelay = TimeSpan.FromSeconds(30);

    /// <summary>Sorts pods.</summary>
    /// <param name="pods">The pods.</param>
    /// <param name="figures">What is known of their usage, by name.</param>
    /// <param name="isProcessor">Whether the figures are of processors, which starting programs need more of than others.</param>
    /// <param name="now">The time.</param>
    public static PodGroups Of(IReadOnlyList<JsonMap> pods, IReadOnlyDictionary<string, PodFigure> figures, bool isProcessor, DateTimeOffset now)
    {
        var ready = 0;
        var (unready, missing, ignored) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var pod in pods)
        {
            var name = (string)pod.At("metadata", "name")!; // The API requires it.
            if (PodState.IsBeingDeleted(pod) || PodState.Phase(pod) == "Failed")
            {
                ignored.Add(name);
            }
            else if (PodState.Phase(pod) == "Pending")
            {
                unready.Add(name);
            }
            else if (!figures.TryGetValue(name, out var figure))
            {
                missing.Add(name);
            }
            else if (isProcessor && IsStarting(pod, figure, now))
            {
                unready.Add(name);
            }
            else
            {
                ready++;
            }
        }

        return new(ready, unready, missing, ignored);
    }

    private static bool IsStarting(JsonMap pod, PodFigure figure, DateTimeOffset now)
    {
        if (PodState.Condition(pod, "Ready") is not { } condition || PodState.Time(pod.At("status", "startTime")) is not { } started)
        {
            return true;
        }

        var since = PodState.Time(condition["lastTransitionTime"]) ?? DateTimeOffset.MinValue;
        var isUnready = condition.Text("status") == "False";
        return started + Initialization > now
            ? isUnready || figure.Time < since + figure.Window // Part of the window was before it was ready.
            : isUnready && started + InitialReadinessDelay > since; // It has never been ready.
    }
}
