namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>A field that field selectors may use.</summary>
/// <param name="Label">The name in selectors.</param>
/// <param name="Path">Where it is in the stored object, as in <c>spec.nodeName</c>.</param>
/// <param name="Default">What a missing field counts as.</param>
internal sealed record SelectableField(string Label, string Path, string Default = "")
{
    public static implicit operator SelectableField(string path) => new(path, path);
}

/// <summary>The field labels that selectors of built-in kinds may use, metadata.name and metadata.namespace aside.</summary>
internal static class SelectableFields
{
    // Events are stored as core has them, whichever group they came through.
    private static readonly SelectableField[] Events =
    [
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
        "reportingComponent", new("source", "source.component"), "type",
    ];

    private static readonly SelectableField[] NewEvents =
    [
        .. Events.Where(e => e.Label.StartsWith("involvedObject.", StringComparison.Ordinal))
            .Select(e => e with { Label = "regarding" + e.Label["involvedObject".Length..] }),
        "reason", new("reportingController", "reportingComponent"), "type",
    ];

    private static readonly Dictionary<(string Group, string Kind), SelectableField[]> Known = new()
    {
        [("", "Pod")] =
        [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
            new("spec.hostNetwork", "spec.hostNetwork", "false"), "status.phase", "status.podIP", "status.nominatedNodeName",
        ],
        [("", "Node")] = [new("spec.unschedulable", "spec.unschedulable", "false")],
        [("", "Namespace")] = ["status.phase", new("name", "metadata.name")],
        [("", "Secret")] = ["type"],
        [("", "Service")] = ["spec.clusterIP", "spec.type"],
        [("", "ReplicationController")] = [new("status.replicas", "status.replicas", "0")],
        [("", "Event")] = Events,
        [("events.k8s.io", "Event")] = NewEvents,
        [("batch", "Job")] = [new("status.successful", "status.succeeded", "0")],
        [("certificates.k8s.io", "CertificateSigningRequest")] = ["spec.signerName"],
        [("resource.k8s.io", "ResourceSlice")] = ["spec.nodeName", "spec.driver"],
    };

    public static IReadOnlyList<SelectableField> Of(string group, string kind) => Known.GetValueOrDefault((group, kind), []);
}
