using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Controllers.Jobs;

/// <summary>What a job's pod failure policy says about a failed pod: the first rule that fits decides.</summary>
/// <param name="Action">The rule's action, or <see langword="null"/> where none fits.</param>
/// <param name="Message">Why the job fails, where the action fails it.</param>
internal readonly record struct PodFailurePolicy(string? Action, string? Message)
{
    /// <summary>Gets whether the failure counts towards the back-off limits.</summary>
    public bool Counts => Action != "Ignore";

    public static PodFailurePolicy Judge(JsonMap job, JsonMap pod)
    {
        var rules = (job.At("spec", "podFailurePolicy", "rules") as JsonList)?.Maps ?? [];
        foreach (var (number, rule) in rules.Index())
        {
            var action = rule.Text("action") ?? "";
            var name = $"{pod.At("metadata", "namespace")}/{pod.At("metadata", "name")}";
            if (rule.Map("onExitCodes") is { } codes)
            {
                if (Exited(pod, codes) is { } container)
                {
                    return new(action, action == "FailJob"
                        ? $"Container {container.Text("name")} for pod {name} failed with exit code {container.At("state", "terminated", "exitCode")} matching {action} rule at index {number}"
                        : null);
                }
            }
            else if (Condition(pod, rule.List("onPodConditions")) is { } type)
            {
                return new(action, action == "FailJob" ? $"Pod {name} has condition {type} matching {action} rule at index {number}" : null);
            }
        }

        return default;
    }

    private static JsonMap? Exited(JsonMap pod, JsonMap codes)
    {
        var (name, isIn) = (codes.Text("containerName"), codes.Text("operator") == "In");
        var values = codes.List("values") ?? [];
        foreach (var list in (ReadOnlySpan<string>)["containerStatuses", "initContainerStatuses"])
        {
            foreach (var status in pod.Map("status")?.List(list)?.Maps ?? [])
            {
                if ((name is null || status.Text("name") == name)
                    && status.At("state", "terminated", "exitCode") is long code && code != 0 && values.Contains(code) == isIn)
                {
                    return status;
                }
            }
        }

        return null;
    }

    private static string? Condition(JsonMap pod, JsonList? patterns)
    {
        foreach (var condition in pod.Map("status")?.List("conditions")?.Maps ?? [])
        {
            if ((patterns?.Maps ?? []).Any(p => p.Text("type") == condition.Text("type") && (p.Text("status") ?? "True") == condition.Text("status")))
            {
                return condition.Text("type");
            }
        }

        return null;
    }
}
