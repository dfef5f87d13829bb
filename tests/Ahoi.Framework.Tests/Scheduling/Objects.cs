using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Tests.Scheduling;

/// <summary>Nodes and pods for schedulers.</summary>
internal static class Objects
{
    public static RawObject Node(string name, string more = "", string labels = "", string cpu = "4", string memory = "8Gi", int pods = 110) =>
        RawObject.FromMap(NodeMap(name, more, labels, cpu, memory, pods));

    public static JsonMap NodeMap(string name, string more = "", string labels = "", string cpu = "4", string memory = "8Gi", int pods = 110) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Node",
        ["metadata"] = new JsonMap { ["name"] = name, ["labels"] = Map(labels) },
        ["spec"] = Map(more),
        ["status"] = new JsonMap
        {
            ["allocatable"] = new JsonMap { ["cpu"] = cpu, ["memory"] = memory, ["pods"] = pods.ToString(CultureInfo.InvariantCulture) },
        },
    };

    /// <summary>A pod; <paramref name="spec"/> is what else its spec says, <paramref name="node"/> the node it is on.</summary>
    public static RawObject Pod(string name, string spec = "", string labels = "", string? node = null, string cpu = "0", string memory = "0")
    {
        var pod = PodMap(name, spec, labels, cpu, memory);
        pod.Map("metadata")!["uid"] = name;
        if (node is not null)
        {
            pod.Map("spec")!["nodeName"] = node;
        }

        return RawObject.FromMap(pod);
    }

    public static JsonMap PodMap(string name, string spec = "", string labels = "", string cpu = "0", string memory = "0")
    {
        var content = Map(spec);
        content["containers"] = new JsonList(
        [
            new JsonMap
            {
                ["name"] = "c",
                ["image"] = "i",
                ["resources"] = new JsonMap { ["requests"] = new JsonMap { ["cpu"] = cpu, ["memory"] = memory } },
            },
        ]);
        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonMap { ["name"] = name, ["namespace"] = "default", ["labels"] = Map(labels) },
            ["spec"] = content,
        };
    }

    private static JsonMap Map(string members) => JsonTree.ParseMap("{" + members + "}");
}
