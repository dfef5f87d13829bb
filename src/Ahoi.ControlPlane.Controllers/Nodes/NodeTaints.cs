using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Nodes;

/// <summary>Makes taints of what a node says about itself, so that pods that cannot bear it stay away or leave.</summary>
internal static class NodeTaints
{
    private const string Prefix = "node.kubernetes.io/";

    private static readonly (string Condition, string Status, string Taint)[] ByCondition =
    [
        ("Ready", "False", "not-ready"), ("Ready", "Unknown", "unreachable"), ("MemoryPressure", "True", "memory-pressure"),
        ("DiskPressure", "True", "disk-pressure"), ("PIDPressure", "True", "pid-pressure"), ("NetworkUnavailable", "True", "network-unavailable"),
    ];

    public static async ValueTask<Description> ReconcileAsync(JsonMap node, ReconcileContext context, CancellationToken cancellationToken)
    {
        var before = node.Map("spec")?.List("taints") ?? [];
        var after = Wanted(node, before, PodState.Write(context.Time.GetUtcNow()));
        if (!JsonTree.Equals(before, after))
        {
            try
            {
                await context.Writes.PatchAsync(
                    context.Raw, new() { ["spec"] = new JsonMap { ["taints"] = after.Count == 0 ? null : after } }, cancellationToken, guarded: true).ConfigureAwait(false);
            }
            catch (ApiException exception) when (exception.Code == 409)
            {
                // The node has just reported again; what it says now comes by the watch.
                return Description.KeepingChildren().LookAgainAfter(TimeSpan.FromMilliseconds(100));
            }
        }

        return Description.KeepingChildren();
    }

    private static JsonList Wanted(JsonMap node, JsonList before, string now)
    {
        var wanted = new List<(string Key, string Effect)>();
        foreach (var (type, status, taint) in ByCondition)
        {
            if (PodState.Condition(node, type)?.Text("status") == status)
            {
                wanted.Add((Prefix + taint, "NoSchedule"));
                if (type == "Ready")
                {
                    wanted.Add((Prefix + taint, "NoExecute"));
                }
            }
        }

        if (node.At("spec", "unschedulable") is true)
        {
            wanted.Add((Prefix + "unschedulable", "NoSchedule"));
        }

        // Taints of other keys are others' business; those that stay keep the time since when they are there.
        var taints = new JsonList();
        foreach (var taint in before.Maps)
        {
            var known = (Key: taint.Text("key") ?? "", Effect: taint.Text("effect") ?? "");
            if (!IsOurs(known.Key, known.Effect) || wanted.Remove(known))
            {
                taints.Add(taint.DeepClone());
            }
        }

        foreach (var (key, effect) in wanted)
        {
            taints.Add(new JsonMap { ["key"] = key, ["effect"] = effect, ["timeAdded"] = now });
        }

        return taints;
    }

    private static bool IsOurs(string key, string effect) => key.StartsWith(Prefix, StringComparison.Ordinal) && effect switch
    {
        "NoSchedule" => key == Prefix + "unschedulable" || ByCondition.Any(c => Prefix + c.Taint == key),
        "NoExecute" => key is Prefix + "not-ready" or Prefix + "unreachable",
        _ => false,
    };
}
