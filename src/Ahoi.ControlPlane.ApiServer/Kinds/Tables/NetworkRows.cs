using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Tables;

/// <summary>The rows of services and what leads to them.</summary>
internal static class NetworkRows
{
    public static object?[] Service(JsonMap value, DateTimeOffset now)
    {
        var spec = value.Map("spec") ?? [];
        return
        [
            Show.Name(value), spec.Text("type"), Show.Or((spec.List("clusterIPs") is [string ip, ..] ? ip : null) ?? spec["clusterIP"]), ExternalIp(value, spec),
            string.Join(",", spec.Maps("ports").Select(Port)) is { Length: > 0 } ports ? ports : Show.None, Show.Age(value, now), Show.Labels(spec.Map("selector")),
        ];
    }

    public static object?[] Endpoints(JsonMap value, DateTimeOffset now)
    {
        var all = new List<string>();
        foreach (var subset in value.Maps("subsets"))
        {
            var ports = subset.Maps("ports").ToArray();
            foreach (var ip in subset.Maps("addresses").Select(a => a.Text("ip") ?? ""))
            {
                if (ports.Length == 0)
                {
                    all.Add(ip);
                }

                all.AddRange(ports.Select(p => HostAndPort(ip, p.Integer("port") ?? 0)));
            }
        }

        return [Show.Name(value), Show.Few(all, Show.None), Show.Age(value, now)];
    }

    public static object?[] EndpointSlice(JsonMap value, DateTimeOffset now)
    {
        var ports = value.Maps("ports").Select(p => Show.Or(p["port"], "*")).ToArray();
        var addresses = value.Maps("endpoints").SelectMany(e => (e.List("addresses") ?? []).OfType<string>()).ToArray();
        return [Show.Name(value), value.Text("addressType"), Show.Few(ports, "<unset>"), Show.Few(addresses, "<unset>"), Show.Age(value, now)];
    }

    public static object?[] Ingress(JsonMap value, DateTimeOffset now)
    {
        var spec = value.Map("spec") ?? [];
        var hosts = spec.Maps("rules").Select(r => r.Text("host") is { Length: > 0 } host ? host : "*").ToArray();
        var annotated = value.At("metadata", "annotations", "kubernetes.io/ingress.class");
        return
        [
            Show.Name(value), Show.Or(spec["ingressClassName"] ?? annotated), hosts.Length == 0 ? "*" : Show.Few(hosts, "*"), LoadBalancer(value),
            spec.List("tls") is { Count: > 0 } ? "80, 443" : "80", Show.Age(value, now),
        ];
    }

    public static object?[] IngressClass(JsonMap value, DateTimeOffset now)
    {
        var parameters = value.At("spec", "parameters") as JsonMap;
        var kind = parameters?.Text("kind") + (parameters?.Text("apiGroup") is { Length: > 0 } group ? $".{group}" : "");
        return
        [
            Show.Name(value), value.At("spec", "controller"), parameters is null ? Show.None : $"{kind}/{parameters.Text("name")}", Show.Age(value, now),
        ];
    }

    private static string ExternalIp(JsonMap value, JsonMap spec)
    {
        var external = string.Join(",", (spec.List("externalIPs") ?? []).OfType<string>());
        switch (spec.Text("type"))
        {
            case "ExternalName":
                return Show.Or(spec["externalName"]);
            case "LoadBalancer":
                var balanced = string.Join(",", new[] { LoadBalancer(value), external }.Where(t => t.Length > 0));
                return balanced.Length > 0 ? balanced : "<pending>";
            default:
                return external.Length > 0 ? external : Show.None;
        }
    }

    private static string LoadBalancer(JsonMap value) => string.Join(
        ",", ((value.At("status", "loadBalancer") as JsonMap) ?? []).Maps("ingress").Select(i => i.Text("ip") is { Length: > 0 } ip ? ip : i.Text("hostname"))
            .Where(t => !string.IsNullOrEmpty(t)));

    private static string Port(JsonMap port) => Show.Number(port["nodePort"]) is var node and not 0
        ? $"{port["port"]}:{node}/{port.Text("protocol")}"
        : $"{port["port"]}/{port.Text("protocol")}";

    private static string HostAndPort(string ip, long port) => ip.Contains(':', StringComparison.Ordinal) ? $"[{ip}]:{port}" : $"{ip}:{port}";
}
