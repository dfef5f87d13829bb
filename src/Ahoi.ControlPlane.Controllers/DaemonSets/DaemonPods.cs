using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Scheduling;

namespace Ahoi.ControlPlane.Controllers.DaemonSets;

/// <summary>The pods of a daemon set, and the nodes they are for.</summary>
internal static class DaemonPods
{
    public const string HashLabel = "controller-revision-hash";
    public const string GenerationLabel = "pod-template-generation";
    private const string GenerationAnnotation = "deprecated.daemonset.template.generation";
    private static readonly ClusterView NoCluster = ClusterView.Of([]);

    /// <summary>Makes the pod for a node: aimed at it, and not put off by what troubles a node.</summary>
    public static JsonMap Make(RawObject owner, JsonMap template, string node, string hash)
    {
        var pod = Owned.Pod(owner, template);
        var labels = pod.EnsureMap("metadata").EnsureMap("labels");
        if (owner.Annotations.TryGetValue(GenerationAnnotation, out var generation))
        {
            labels[GenerationLabel] = generation;
        }

        labels[HashLabel] = hash;
        var spec = pod.EnsureMap("spec");
        spec.EnsureMap("affinity").EnsureMap("nodeAffinity")["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonMap
        {
            ["nodeSelectorTerms"] = new JsonList
            {
                new JsonMap
                {
                    ["matchFields"] = new JsonList { new JsonMap { ["key"] = "metadata.name", ["operator"] = "In", ["values"] = new JsonList { node } } },
                },
            },
        };
        Tolerate(spec);
        return pod;
    }

    /// <summary>Gets the node a pod is on or aimed at.</summary>
    public static string? NodeOf(JsonMap pod)
    {
        if (pod.At("spec", "nodeName") is string { Length: > 0 } name)
        {
            return name;
        }

        var required = (pod.At("spec", "affinity", "nodeAffinity") as JsonMap)?.Map("requiredDuringSchedulingIgnoredDuringExecution");
        return (required?.List("nodeSelectorTerms")?.Maps ?? [])
            .SelectMany(t => t.List("matchFields")?.Maps ?? [])
            .Where(f => f.Text("key") == "metadata.name" && f.Text("operator") == "In")
            .Select(f => f.List("values")?.Texts.FirstOrDefault()).FirstOrDefault(n => n is not null);
    }

    /// <summary>Gets whether a node should have a pod, and whether one that it has may stay.</summary>
    public static (bool Run, bool Stay) Suits(RawObject owner, JsonMap template, RawObject node)
    {
        if (template.At("spec", "nodeName") is string { Length: > 0 } name && name != node.Name)
        {
            return (false, false);
        }

        // Judged with the template's own affinity, which the pod's aim replaces.
        var content = Make(owner, template, node.Name, "");
        if (template.At("spec", "affinity") is JsonMap affinity)
        {
            content.EnsureMap("spec")["affinity"] = affinity.DeepClone();
        }
        else
        {
            content.EnsureMap("spec").Remove("affinity");
        }

        content.EnsureMap("metadata")["name"] = owner.Name;
        var (pod, view) = (new PodView(RawObject.FromMap(content)), new NodeView(node));
        if (PodFilters.NodeAffinity.For(pod, NoCluster)?.Invoke(view).Count > 0)
        {
            return (false, false);
        }

        if (PodFilters.Taints.For(pod, NoCluster)?.Invoke(view).Count is null or 0)
        {
            return (true, true);
        }

        // A pod that is there leaves only for taints that say so.
        var driven = node.ToMap();
        driven.EnsureMap("spec")["taints"] = new JsonList((driven.Map("spec")?.List("taints")?.Maps ?? []).Where(t => t.Text("effect") == "NoExecute").Select(t => t.DeepClone()));
        return (false, PodFilters.Taints.For(pod, NoCluster)?.Invoke(new NodeView(RawObject.FromMap(driven))).Count is null or 0);
    }

    public static bool IsUpToDate(RawObject owner, RawObject pod, string hash) =>
        pod.Labels.GetValueOrDefault(HashLabel) == hash
        || (owner.Annotations.TryGetValue(GenerationAnnotation, out var generation) && pod.Labels.GetValueOrDefault(GenerationLabel) == generation);

    private static void Tolerate(JsonMap spec)
    {
        var tolerations = spec.EnsureList("tolerations");
        Add("not-ready", "NoExecute");
        Add("unreachable", "NoExecute");
        Add("disk-pressure", "NoSchedule");
        Add("memory-pressure", "NoSchedule");
        Add("pid-pressure", "NoSchedule");
        Add("unschedulable", "NoSchedule");
        if (spec.Flag("hostNetwork") == true)
        {
            Add("network-unavailable", "NoSchedule");
        }

        void Add(string taint, string effect)
        {
            var key = "node.kubernetes.io/" + taint;
            if (!tolerations.Maps.Any(t => t.Text("key") == key && t.Text("effect") == effect && t.Text("operator") == "Exists"))
            {
                tolerations.Add(new JsonMap { ["key"] = key, ["operator"] = "Exists", ["effect"] = effect });
            }
        }
    }
}
