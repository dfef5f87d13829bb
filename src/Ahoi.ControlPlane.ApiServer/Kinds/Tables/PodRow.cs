using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Tables;

/// <summary>The row of a pod: what its containers say sums up to one word.</summary>
internal static class PodRow
{
    public static object?[] Cells(JsonMap pod, DateTimeOffset now)
    {
        var (spec, status) = (pod.Map("spec") ?? [], pod.Map("status") ?? []);
        var sidecars = spec.Maps("initContainers").Where(c => c.Text("restartPolicy") == "Always").Select(c => c.Text("name")).ToHashSet();
        var total = spec.Maps("containers").Count() + sidecars.Count;
        var summary = new Summary { Reason = Show.Or(status["reason"], status.Text("phase") ?? "") };
        if (status.Maps("conditions").Any(c => c.Text("type") == "PodScheduled" && c.Text("reason") == "SchedulingGated"))
        {
            summary.Reason = "SchedulingGated";
        }

        var initializing = Initial(status, spec.Maps("initContainers").Count(), sidecars, summary);
        if (!initializing || IsTrue(status, "Initialized"))
        {
            Regular(status, summary);
        }

        if (pod.At("metadata", "deletionTimestamp") is not null)
        {
            if (status.Text("reason") == "NodeLost")
            {
                summary.Reason = "Unknown";
            }
            else if (status.Text("phase") is not ("Succeeded" or "Failed"))
            {
                summary.Reason = "Terminating";
            }
        }

        var restarts = summary is { Restarts: > 0, LastRestart: { } last }
            ? $"{summary.Restarts} ({Show.Duration(now - last)} ago)"
            : $"{summary.Restarts}";
        var gates = spec.Maps("readinessGates").ToArray();
        return
        [
            Show.Name(pod), $"{summary.Ready}/{total}", summary.Reason, restarts, Show.Age(pod, now),
            Show.Or(status.Maps("podIPs").FirstOrDefault()?["ip"] ?? status["podIP"]), Show.Or(spec["nodeName"]), Show.Or(status["nominatedNodeName"]),
            gates.Length == 0 ? Show.None : $"{gates.Count(g => IsTrue(status, g.Text("conditionType")))}/{gates.Length}",
        ];
    }

    private static bool Initial(JsonMap status, int count, HashSet<string?> sidecars, Summary summary)
    {
        foreach (var (i, container) in status.Maps("initContainerStatuses").Index())
        {
            var sidecar = sidecars.Contains(container.Text("name"));
            summary.Count(container, sidecar);
            var (terminated, waiting) = (container.Map("state")?.Map("terminated"), container.Map("state")?.Map("waiting"));
            if (terminated is not null && Show.Number(terminated["exitCode"]) == 0)
            {
                continue;
            }

            if (sidecar && container.Flag("started") == true)
            {
                summary.Ready += container.Flag("ready") == true ? 1 : 0;
                continue;
            }

            summary.Reason = terminated is not null ? "Init:" + Ended(terminated)
                : waiting?.Text("reason") is { Length: > 0 } reason and not "PodInitializing" ? "Init:" + reason
                : $"Init:{i}/{count}";
            return true;
        }

        return false;
    }

    private static void Regular(JsonMap status, Summary summary)
    {
        summary.OnlySidecars();
        var running = false;
        foreach (var container in status.Maps("containerStatuses").Reverse())
        {
            summary.Count(container, lasting: true);
            var state = container.Map("state");
            if (state?.Map("waiting")?.Text("reason") is { Length: > 0 } waiting)
            {
                summary.Reason = waiting;
            }
            else if (state?.Map("terminated") is { } terminated)
            {
                summary.Reason = Ended(terminated);
            }
            else if (container.Flag("ready") == true && state?.Map("running") is not null)
            {
                running = true;
                summary.Ready++;
            }
        }

        if (summary.Reason == "Completed" && running)
        {
            summary.Reason = IsTrue(status, "Ready") ? "Running" : "NotReady";
        }
    }

    private static string Ended(JsonMap terminated) =>
        terminated.Text("reason") is { Length: > 0 } reason ? reason
        : Show.Number(terminated["signal"]) is var signal and not 0 ? $"Signal:{signal}"
        : $"ExitCode:{Show.Number(terminated["exitCode"])}";

    private static bool IsTrue(JsonMap status, string? condition) =>
        status.Maps("conditions").Any(c => c.Text("type") == condition && c.Text("status") == "True");

    private sealed class Summary
    {
        private long _lasting;
        private DateTimeOffset? _lastingRestart;

        public string Reason { get; set; } = "";

        public int Ready { get; set; }

        public long Restarts { get; private set; }

        public DateTimeOffset? LastRestart { get; private set; }

        public void Count(JsonMap container, bool lasting)
        {
            var count = Show.Number(container["restartCount"]);
            var last = Show.Time(container.At("lastState", "terminated", "finishedAt"));
            Restarts += count;
            LastRestart = Later(LastRestart, last);
            if (lasting)
            {
                _lasting += count;
                _lastingRestart = Later(_lastingRestart, last);
            }
        }

        /// <summary>Once initialized, the restarts of containers that ran to their end no longer count.</summary>
        public void OnlySidecars()
        {
            Restarts = _lasting;
            LastRestart = _lastingRestart;
        }

        private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b ?? a : a;
    }
}
