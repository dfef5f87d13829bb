using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;

namespace Ahoi.ControlPlane.Controllers.StatefulSets;

/// <summary>A pod of a stateful set: one that is there, or the place of one that is not.</summary>
internal sealed class StatefulPod
{
    public const string RevisionLabel = "controller-revision-hash";
    private const string NameLabel = "statefulset.kubernetes.io/pod-name";
    private const string IndexLabel = "apps.kubernetes.io/pod-index";

    public StatefulPod(int ordinal, RawObject? raw)
    {
        Ordinal = ordinal;
        Raw = raw;
        Pod = raw?.ToMap() ?? [];
    }

    public int Ordinal { get; }

    /// <summary>Gets the pod, or <see langword="null"/> where there is none yet.</summary>
    public RawObject? Raw { get; private set; }

    public JsonMap Pod { get; private set; }

    public bool IsThere => Raw is not null;

    /// <summary>Gets whether the pod was told to go, by anybody.</summary>
    public bool IsTerminating => PodState.IsBeingDeleted(Pod) || IsGoing;

    /// <summary>Gets whether this reconcile told the pod to go.</summary>
    public bool IsGoing { get; private set; }

    public bool IsReady => PodState.Phase(Pod) == "Running" && PodState.IsReady(Pod);

    public string? Revision => Raw?.Labels.GetValueOrDefault(RevisionLabel);

    public bool IsAvailable(long minReady, DateTimeOffset now) => IsReady && PodState.IsAvailable(Pod, minReady, now);

    public bool IsHealthy => IsReady && !IsTerminating;

    public void Created(RawObject pod)
    {
        Raw = pod;
        Pod = pod.ToMap();
    }

    public void Going() => IsGoing = true;

    /// <summary>Gets a pod's ordinal, or -1 where it has no name of the set's.</summary>
    public static int OrdinalOf(string set, string pod) =>
        pod.Length > set.Length + 1 && pod.StartsWith(set, StringComparison.Ordinal) && pod[set.Length] == '-'
        && int.TryParse(pod.AsSpan(set.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal) ? ordinal : -1;

    public static string NameOf(string set, int ordinal) => string.Create(CultureInfo.InvariantCulture, $"{set}-{ordinal}");

    /// <summary>Makes the pod of an ordinal.</summary>
    public static JsonMap Make(RawObject owner, JsonMap spec, JsonMap template, string revision, int ordinal)
    {
        var name = NameOf(owner.Name, ordinal);
        var pod = Owned.Pod(owner, template, name);
        var metadata = pod.EnsureMap("metadata");
        metadata["generateName"] = owner.Name + "-";
        var labels = metadata.EnsureMap("labels");
        labels[RevisionLabel] = revision;
        foreach (var (label, value) in Labels(name, ordinal))
        {
            labels[label] = value;
        }

        var podSpec = pod.EnsureMap("spec");
        podSpec["hostname"] = name;
        if (spec.Text("serviceName") is { Length: > 0 } service)
        {
            podSpec["subdomain"] = service;
        }

        StatefulClaims.Mount(podSpec, spec, owner.Name, ordinal);
        return pod;
    }

    /// <summary>Gets the patch that gives an adopted pod the labels of its place, or <see langword="null"/> where it has them.</summary>
    public JsonMap? Identity()
    {
        var missing = new JsonMap();
        foreach (var (label, value) in Raw is null ? [] : Labels(Raw.Name, Ordinal))
        {
            if (Raw!.Labels.GetValueOrDefault(label) != value) // There are none without it.
            {
                missing[label] = value;
            }
        }

        return missing.Count == 0 ? null : new() { ["metadata"] = new JsonMap { ["labels"] = missing } };
    }

    private static (string Label, string Value)[] Labels(string name, int ordinal) =>
        [(NameLabel, name), (IndexLabel, ordinal.ToString(CultureInfo.InvariantCulture))];
}
