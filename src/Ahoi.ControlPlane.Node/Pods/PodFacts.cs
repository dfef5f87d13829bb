using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Quantities;
using Ahoi.Api.Usage;

namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>What a pod can be told about itself: the downward API.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="PodAddress">Its address.</param>
/// <param name="NodeAddress">The node's address.</param>
/// <param name="Allocatable">What the node has to give, which is a container's limit where it sets none.</param>
internal sealed record PodFacts(JsonMap Pod, string PodAddress, string NodeAddress, Amounts Allocatable)
{
    public string Name => (string)Pod.At("metadata", "name")!; // The API requires it.

    public string Namespace => (string)Pod.At("metadata", "namespace")!; // As for the name.

    public string Uid => (string)Pod.At("metadata", "uid")!; // The API sets it.

    public JsonMap Spec => Pod.Map("spec") ?? [];

    /// <summary>Gets a field of the pod, as variables and files get it.</summary>
    /// <exception cref="FormatException">There is no such field.</exception>
    public string Field(string path)
    {
        var metadata = Pod.Map("metadata") ?? [];
        switch (path)
        {
            case "metadata.name":
            case "metadata.namespace":
            case "metadata.uid":
                return metadata.Text(path["metadata.".Length..]) ?? "";
            case "metadata.labels":
            case "metadata.annotations":
                return Lines(metadata.Map(path["metadata.".Length..]));
            case "spec.nodeName":
            case "spec.serviceAccountName":
                return Spec.Text(path["spec.".Length..]) ?? "";
            case "status.podIP":
            case "status.podIPs":
                return PodAddress;
            case "status.hostIP":
            case "status.hostIPs":
                return NodeAddress;
        }

        foreach (var map in (ReadOnlySpan<string>)["labels", "annotations"])
        {
            if (path.StartsWith($"metadata.{map}['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal))
            {
                return metadata.Map(map)?.Text(path[$"metadata.{map}['".Length..^2]) ?? "";
            }
        }

        throw new FormatException($"fieldPath {path} is not supported");
    }

    /// <summary>Gets what a container requests or is limited to, in units of the divisor, rounded up.</summary>
    /// <exception cref="FormatException">There is no such resource or container.</exception>
    public string Resource(JsonMap reference, JsonMap? container)
    {
        var path = reference.Text("resource") ?? "";
        container ??= PodReferences.AllContainers(Spec).FirstOrDefault(c => c.Text("name") == reference.Text("containerName"))
            ?? throw new FormatException($"container {reference.Text("containerName")} not found");
        if (path.Split('.', 2) is not ["limits" or "requests", var resource])
        {
            throw new FormatException($"resource {path} is not supported");
        }

        var kind = path.Split('.', 2)[0];
        var amount = Amounts.Of(container.Map("resources")?.Map(kind)).TryGetValue(resource, out var set)
            ? set
            : kind == "limits" ? Allocatable.GetValueOrDefault(resource) : default;
        var divisor = Quantity.TryParse(reference["divisor"]?.ToString(), out var given) && given.Sign > 0 ? given : new Quantity(1);
        return Math.Ceiling((decimal)amount.ToDouble() / (decimal)divisor.ToDouble()).ToString(CultureInfo.InvariantCulture);
    }

    // KEY="escaped value" lines in the order of keys, as the kubelet writes them.
    private static string Lines(JsonMap? map) => string.Join(
        '\n', (map ?? []).OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}=\"{((string?)e.Value ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)}\""));
}
