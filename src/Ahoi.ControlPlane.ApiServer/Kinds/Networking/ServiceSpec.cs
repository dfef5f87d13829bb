using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Networking;

/// <summary>How the fields of a service's spec hang together over creation and update.</summary>
internal static class ServiceSpec
{
    /// <summary>Gets whether a service has an address in the cluster, be it none.</summary>
    public static bool IsInCluster(JsonMap spec) => spec.Text("type") is "ClusterIP" or "NodePort" or "LoadBalancer";

    /// <summary>Gets whether a service is reached over ports of nodes.</summary>
    public static bool HasNodePorts(JsonMap spec) =>
        spec.Text("type") is "NodePort" || (spec.Text("type") is "LoadBalancer" && spec.Flag("allocateLoadBalancerNodePorts") != false);

    /// <summary>Gets whether whoever balances the load asks a port of each node whether it has pods of the service.</summary>
    public static bool NeedsHealthCheck(JsonMap spec) => spec.Text("type") == "LoadBalancer" && spec.Text("externalTrafficPolicy") == "Local";

    /// <summary>Keeps what was allocated where the client left it out, and drops what the new type has no use for.</summary>
    public static void Patch(JsonMap spec, JsonMap old)
    {
        if (IsInCluster(spec) && IsInCluster(old))
        {
            foreach (var name in (ReadOnlySpan<string>)["clusterIP", "ipFamilyPolicy"])
            {
                if (old.Text(name) is { Length: > 0 } was && !(name == "clusterIP" && spec.List("clusterIPs") is { Count: > 0 }))
                {
                    spec.Default(name, was);
                }
            }

            foreach (var name in (ReadOnlySpan<string>)["clusterIPs", "ipFamilies"])
            {
                if (spec.List(name) is null or { Count: 0 } && old.List(name) is { } was
                    && (name != "clusterIPs" || spec.Text("clusterIP") == old.Text("clusterIP")))
                {
                    spec[name] = was.DeepClone();
                }
            }
        }

        if (!IsInCluster(spec))
        {
            DropUnchanged(spec, old, "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy");
        }

        NodePorts(spec, old);
        if (NeedsHealthCheck(spec) && NeedsHealthCheck(old))
        {
            spec.DefaultZero("healthCheckNodePort", old.Integer("healthCheckNodePort") ?? 0);
        }

        if (spec.Text("type") is not ("NodePort" or "LoadBalancer"))
        {
            DropUnchanged(spec, old, "externalTrafficPolicy", "healthCheckNodePort");
        }

        if (spec.Text("type") != "LoadBalancer")
        {
            DropUnchanged(spec, old, "allocateLoadBalancerNodePorts", "loadBalancerClass");
        }

        SyncClusterIps(spec, old);
    }

    /// <summary>Makes clusterIP and clusterIPs say the same, whichever the client gave.</summary>
    public static void SyncClusterIps(JsonMap spec, JsonMap? old)
    {
        var (one, many) = (spec.Text("clusterIP") ?? "", spec.List("clusterIPs"));
        if (old is not null && many is [string first, ..] && one != first && one != (old.Text("clusterIP") ?? ""))
        {
            // Only the old field changed: it wins where the list is what it was.
            if (JsonTree.Equals(many, old["clusterIPs"]))
            {
                if (one.Length == 0)
                {
                    spec.Remove("clusterIPs");
                }
                else
                {
                    spec["clusterIPs"] = new JsonList { one };
                }
            }
        }
        else if (one.Length > 0 && many is null or { Count: 0 })
        {
            spec["clusterIPs"] = new JsonList { one };
        }
        else if (many is [string address, ..] && (one.Length == 0 || (old is not null && one == old.Text("clusterIP") && !JsonTree.Equals(many, old["clusterIPs"]))))
        {
            spec["clusterIP"] = address;
        }
    }

    private static void NodePorts(JsonMap spec, JsonMap old)
    {
        foreach (var port in spec.Maps("ports"))
        {
            var was = old.Maps("ports").FirstOrDefault(p => p.Integer("port") == port.Integer("port") && p.Text("protocol") == port.Text("protocol"));
            if (was?.Integer("nodePort") is not { } number || number == 0)
            {
                continue;
            }

            if (HasNodePorts(spec))
            {
                port.DefaultZero("nodePort", number);
            }
            else if (spec.Text("type") is "ClusterIP" or "ExternalName" && port.Integer("nodePort") == number && HasNodePorts(old))
            {
                port.Remove("nodePort");
            }
        }
    }

    private static void DropUnchanged(JsonMap spec, JsonMap old, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (old.ContainsKey(field) && JsonTree.Equals(spec[field], old[field]))
            {
                spec.Remove(field);
            }
        }
    }
}
