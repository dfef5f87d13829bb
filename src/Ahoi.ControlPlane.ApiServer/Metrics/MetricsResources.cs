using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds;
using Ahoi.ControlPlane.ApiServer.Kinds.Tables;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Metrics;

/// <summary>The resources of <c>metrics.k8s.io/v1beta1</c>, as metrics-server serves them.</summary>
internal static class MetricsResources
{
    /// <summary>The group.</summary>
    public const string Group = "metrics.k8s.io";

    private const string Version = "v1beta1";
    private static readonly string[] Verbs = ["get", "list"];

    /// <summary>Makes the resources.</summary>
    /// <param name="parts">The server, whose nodes and pods they are about.</param>
    /// <param name="metrics">Knows the figures.</param>
    /// <param name="served">What else is served: nodes and pods among it.</param>
    public static IEnumerable<ServedResource> Make(ServerParts parts, IResourceMetrics metrics, IReadOnlyList<ServedResource> served)
    {
        yield return Resource("nodes", "NodeMetrics", namespaced: false, new NodeMetrics(parts, metrics, Storage("nodes")), """
            {"type":"object","required":["timestamp","window","usage"],"properties":{
             "timestamp":{"type":"string","format":"date-time","description":"when the window ended"},
             "window":{"type":"string","description":"how long the figures were gathered"},
             "usage":{"type":"object","additionalProperties":{"type":"string"},"description":"what the node uses, by resource"}}}
            """);
        yield return Resource("pods", "PodMetrics", namespaced: true, new PodMetrics(parts, metrics, Storage("pods")), """
            {"type":"object","required":["timestamp","window","containers"],"properties":{
             "timestamp":{"type":"string","format":"date-time","description":"when the window ended"},
             "window":{"type":"string","description":"how long the figures were gathered"},
             "containers":{"type":"array","description":"the containers that run","items":{"type":"object","required":["name","usage"],"properties":{
              "name":{"type":"string","description":"the container's name"},
              "usage":{"type":"object","additionalProperties":{"type":"string"},"description":"what the container uses, by resource"}}}}}}
            """);

        ResourceStorage Storage(string plural) => served.First(r => r.Group.Length == 0 && r.Plural == plural).Storage!; // Both are stored.
    }

    private static ServedResource Resource(string plural, string kind, bool namespaced, IComputedObjects objects, string schema) => new()
    {
        Group = Group,
        Version = Version,
        Plural = plural,
        Singular = "",
        Kind = kind,
        Namespaced = namespaced,
        Verbs = Verbs,
        Strategy = new KindStrategy(),
        Columns = KindTable.Of("Name,cpu,memory,Window", Cells),
        Computed = objects,
        CustomSchema = JsonTree.ParseMap(schema),
    };

    private static object?[] Cells(JsonMap value, DateTimeOffset now)
    {
        var containers = value.List("containers")?.Maps.Select(c => c.Map("usage")!).ToList() ?? [value.Map("usage")!];
        return [Show.Name(value), UsageText.Sum(containers, "cpu"), UsageText.Sum(containers, "memory"), value.Text("window")];
    }
}
