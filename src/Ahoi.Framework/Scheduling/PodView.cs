using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Scheduling.Plugins;

namespace Ahoi.Framework.Scheduling;

/// <summary>A pod as a scheduler looks at it. Immutable.</summary>
public sealed class PodView
{
    private readonly JsonMap _content;

    /// <summary>Takes a pod apart.</summary>
    /// <param name="pod">The pod.</param>
    /// <exception cref="FormatException">An amount of a resource is not a quantity, or a selector is not one.</exception>
    public PodView(RawObject pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        Object = pod;
        _content = pod.ToMap();
        Spec = _content.Map("spec") ?? [];
        Priority = Spec.Integer("priority") ?? 0;
        Requests = PodRequests.Of(Spec);
        HostPorts = [.. Containers(Spec).SelectMany(Ports)];
        Affinity = new(this);
    }

    /// <summary>Gets the pod itself.</summary>
    public RawObject Object { get; }

    /// <summary>Gets namespace and name.</summary>
    public ObjectKey Key => Object.Key;

    /// <summary>Gets which of the pods of its name it is.</summary>
    public string Uid => Object.Uid;

    /// <summary>Gets the namespace.</summary>
    public string Namespace => Object.Namespace ?? "";

    /// <summary>Gets the labels.</summary>
    public IReadOnlyDictionary<string, string> Labels => Object.Labels;

    /// <summary>Gets the pod's <c>spec</c>; it is shared and must not be changed.</summary>
    public JsonMap Spec { get; }

    /// <summary>Gets the node the pod is on, or <see langword="null"/>.</summary>
    public string? NodeName => Spec.Text("nodeName") is { Length: > 0 } name ? name : null;

    /// <summary>Gets which scheduler is to place the pod.</summary>
    public string SchedulerName => Spec.Text("schedulerName") ?? "default-scheduler";

    /// <summary>Gets the priority: pods with a higher one are placed first.</summary>
    public long Priority { get; }

    /// <summary>Gets what the pod asks for: all its containers together, what its init containers need while they run, and its
    /// overhead.</summary>
    public ResourceAmounts Requests { get; }

    /// <summary>Gets the ports of the node that the pod takes.</summary>
    public IReadOnlyList<HostPort> HostPorts { get; }

    /// <summary>Gets whether the pod has ended and takes nothing of its node any more.</summary>
    public bool IsFinished => _content.At("status", "phase") is "Succeeded" or "Failed";

    /// <summary>Gets whether the pod waits for somebody to take its scheduling gates away.</summary>
    public bool IsGated => Spec.List("schedulingGates") is { Count: > 0 };

    internal PodAffinity Affinity { get; }

    /// <summary>Gets what a placement depends on: a pod whose wishes are the same as before need not be tried again.</summary>
    internal bool WantsTheSameAs(PodView other) =>
        ReferenceEquals(Object, other.Object)
        || (Labels.Count == other.Labels.Count && Labels.All(l => other.Labels.TryGetValue(l.Key, out var value) && value == l.Value)
            && Spec.ToString() == other.Spec.ToString());

    internal JsonMap? Condition(string type) =>
        (_content.At("status", "conditions") as JsonList)?.Maps.FirstOrDefault(c => c.Text("type") == type);

    /// <inheritdoc/>
    public override string ToString() => Key.ToString();

    /// <summary>The containers that run all the time; of init containers those that are restarted for ever.</summary>
    private static IEnumerable<JsonMap> Containers(JsonMap spec) =>
        (spec.List("containers")?.Maps ?? []).Concat((spec.List("initContainers")?.Maps ?? []).Where(PodRequests.IsSidecar));

    private static IEnumerable<HostPort> Ports(JsonMap container) =>
        (container.List("ports")?.Maps ?? [])
            .Where(p => p.Integer("hostPort") is > 0)
            .Select(p => new HostPort(p.Text("hostIP") is { Length: > 0 } ip ? ip : HostPort.Any, p.Text("protocol") ?? "TCP", p.Integer("hostPort") ?? 0));
}
