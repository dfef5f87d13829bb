using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Node.Containers;

namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>Makes a pod's status of what the node knows: phase and conditions follow from the containers, as the
/// documentation of the pod's life has it.</summary>
internal static class PodStatus
{
    /// <summary>Makes the status.</summary>
    /// <param name="pod">The pod, with the status it has.</param>
    /// <param name="report">What is known.</param>
    /// <param name="nodeAddress">The node's address.</param>
    /// <param name="now">The time.</param>
    public static JsonMap Of(JsonMap pod, PodReport report, string nodeAddress, DateTimeOffset now)
    {
        var spec = pod.Map("spec") ?? [];
        var before = pod.Map("status") ?? [];
        var phase = Phase(spec, report);
        var status = before.DeepClone();
        status["phase"] = phase;
        status["hostIP"] = nodeAddress;
        status["hostIPs"] = new JsonList { new JsonMap { ["ip"] = nodeAddress } };
        status["podIP"] = report.Address;
        status["podIPs"] = new JsonList { new JsonMap { ["ip"] = report.Address } };
        status["startTime"] = before["startTime"] ?? Write(report.StartTime);
        if (report.Verdict is { } verdict)
        {
            status["reason"] = verdict.Reason;
            status["message"] = verdict.Message;
        }

        if (pod.Map("metadata")?.Integer("generation") is > 0 and var generation)
        {
            status["observedGeneration"] = generation;
        }

        if (report.Init.Count > 0)
        {
            status["initContainerStatuses"] = new JsonList(report.Init.Select(c => (object?)Write(c.Report)));
        }

        status["containerStatuses"] = new JsonList(report.Containers.Select(c => (object?)Write(c)));
        if (report.Ephemeral.Count > 0)
        {
            status["ephemeralContainerStatuses"] = new JsonList(report.Ephemeral.Select(c => (object?)Write(c)));
        }

        SetConditions(pod, status, report, phase, now);
        return status;
    }

    /// <summary>Reads what a status says of a container, from when the node ran before.</summary>
    public static ContainerReport? Former(JsonMap pod, string field, string container)
    {
        var status = (pod.Map("status")?.List(field)?.Maps ?? []).FirstOrDefault(s => s.Text("name") == container);
        if (status is null)
        {
            return null;
        }

        return new(container, status.Text("image") ?? "")
        {
            RestartCount = (int)(status.Integer("restartCount") ?? 0),
            LastState = ReadTerminated(status.Map("lastState")),
            ContainerId = status.Text("containerID") ?? "",
            State = ReadTerminated(status.Map("state")) is { } terminated
                ? terminated
                : status.Map("state")?.Map("running") is { } running ? new ContainerState.Running(Time(running["startedAt"])) : new ContainerState.Waiting("ContainerCreating"),
        };
    }

    private static ContainerState.Terminated? ReadTerminated(JsonMap? state) => state?.Map("terminated") is { } ended
        ? new((int)(ended.Integer("exitCode") ?? 0), ended.Text("reason") ?? "", ended.Text("message"), Time(ended["startedAt"]), Time(ended["finishedAt"]), ended.Text("containerID") ?? "")
        : null;

    /// <summary>Gets the phase of a pod.</summary>
    public static string Phase(JsonMap spec, PodReport report)
    {
        if (report.Verdict is not null)
        {
            return "Failed";
        }

        var policy = spec.Text("restartPolicy") ?? "Always";
        foreach (var (kind, init) in report.Init)
        {
            if (kind == ContainerKind.Init && init.State is ContainerState.Terminated { ExitCode: not 0 } && policy == "Never")
            {
                return "Failed";
            }
        }

        if (report.Init.Any(i => !IsPast(i.Kind, i.Report)))
        {
            return "Pending";
        }

        if (report.Containers.Any(c => c.State is ContainerState.Waiting && c.LastState is null))
        {
            return "Pending";
        }

        if (!report.Containers.All(c => c.State is ContainerState.Terminated))
        {
            return "Running";
        }

        var failed = report.Containers.Any(c => c.State is ContainerState.Terminated { ExitCode: not 0 });
        return policy switch
        {
            "Always" => "Running",
            _ when !failed => "Succeeded",
            "Never" => "Failed",
            _ => "Running",
        };
    }

    private static bool IsPast(ContainerKind kind, ContainerReport init) =>
        kind == ContainerKind.Sidecar ? init.Started || init.LastState is not null || init.State is ContainerState.Terminated : init.State is ContainerState.Terminated { ExitCode: 0 };

    private static void SetConditions(JsonMap pod, JsonMap status, PodReport report, string phase, DateTimeOffset now)
    {
        var generation = pod.Map("metadata")?.Integer("generation");
        var unfinished = report.Init.Where(i => !IsPast(i.Kind, i.Report)).Select(i => i.Report.Name).ToList();
        var unready = report.Containers.Where(c => !c.Ready).Concat(report.Init.Where(i => i.Kind == ContainerKind.Sidecar && !i.Report.Ready).Select(i => i.Report)).Select(c => c.Name).ToList();
        var ended = phase switch
        {
            "Succeeded" => "PodCompleted",
            "Failed" => "PodFailed",
            _ => null,
        };
        var missingGates = (pod.Map("spec")?.List("readinessGates")?.Maps ?? [])
            .Select(g => g.Text("conditionType"))
            .Where(t => (status.List("conditions")?.Maps ?? []).FirstOrDefault(c => c.Text("type") == t)?.Text("status") != "True")
            .ToList();
        var containersReady = ended is not null
            ? (false, ended, null)
            : unready.Count == 0 ? (true, null, null) : (false, "ContainersNotReady", (string?)$"containers with unready status: [{string.Join(' ', unready)}]");
        Set("PodReadyToStartContainers", (report.Prepared && ended is null, null, null));
        Set("Initialized", ended == "PodCompleted"
            ? (true, ended, null)
            : unfinished.Count == 0 ? (true, null, null) : (false, "ContainersNotInitialized", $"containers with incomplete status: [{string.Join(' ', unfinished)}]"));
        Set("Ready", containersReady.Item1 && missingGates.Count > 0
            ? (false, "ReadinessGatesNotReady", string.Join(", ", missingGates.Select(g => $"corresponding condition of pod readiness gate \"{g}\" does not exist or is not \"True\".")))
            : containersReady);
        Set("ContainersReady", containersReady);

        void Set(string type, (bool Holds, string? Reason, string? Message) value)
        {
            var conditions = status.EnsureList("conditions");
            var text = value.Holds ? "True" : "False";
            var known = conditions.Maps.FirstOrDefault(c => c.Text("type") == type);
            if (known is null)
            {
                known = new JsonMap { ["type"] = type, ["lastProbeTime"] = null };
                conditions.Add(known);
            }

            if (known.Text("status") != text)
            {
                known["lastTransitionTime"] = Write(now);
            }

            known["status"] = text;
            SetOrRemove(known, "reason", value.Reason);
            SetOrRemove(known, "message", value.Message);
            if (generation is > 0)
            {
                known["observedGeneration"] = generation;
            }
        }
    }

    private static void SetOrRemove(JsonMap map, string field, string? value)
    {
        if (value is null)
        {
            map.Remove(field);
        }
        else
        {
            map[field] = value;
        }
    }

    private static JsonMap Write(ContainerReport report)
    {
        var status = new JsonMap
        {
            ["name"] = report.Name,
            ["state"] = Write(report.State),
            ["lastState"] = report.LastState is { } last ? Write(last) : new JsonMap(),
            ["ready"] = report.Ready,
            ["restartCount"] = (long)report.RestartCount,
            ["image"] = report.Image,
            ["imageID"] = report.ImageId,
            ["started"] = report.Started,
        };
        if (report.ContainerId.Length > 0)
        {
            status["containerID"] = report.ContainerId;
        }

        return status;
    }

    private static JsonMap Write(ContainerState state)
    {
        switch (state)
        {
            case ContainerState.Running running:
                return new() { ["running"] = new JsonMap { ["startedAt"] = Write(running.StartedAt) } };
            case ContainerState.Terminated ended:
                var terminated = new JsonMap
                {
                    ["exitCode"] = (long)ended.ExitCode,
                    ["reason"] = ended.Reason,
                    ["startedAt"] = Write(ended.StartedAt),
                    ["finishedAt"] = Write(ended.FinishedAt),
                };
                SetOrRemove(terminated, "message", ended.Message);
                SetOrRemove(terminated, "containerID", ended.ContainerId.Length > 0 ? ended.ContainerId : null);
                return new() { ["terminated"] = terminated };
            default:
                var waiting = (ContainerState.Waiting)state;
                var inner = new JsonMap { ["reason"] = waiting.Reason };
                SetOrRemove(inner, "message", waiting.Message);
                return new() { ["waiting"] = inner };
        }
    }

    private static DateTimeOffset Time(object? value) =>
        value is string text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : DateTimeOffset.UnixEpoch;

    private static string Write(DateTimeOffset time) => ApiTime.Write(time);
}
