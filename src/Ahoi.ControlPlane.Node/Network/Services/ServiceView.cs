using System.Net;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>What the network needs to know of a Service.</summary>
internal sealed record ServiceView
{
    private static readonly TimeSpan DefaultAffinity = TimeSpan.FromHours(3); // The API's default.

    public required RawObject Raw { get; init; }

    public ObjectKey Key => Raw.Key;

    /// <summary>Gets the cluster address; <see langword="null"/> for headless services and those that are names alone.</summary>
    public IPAddress? ClusterIp { get; private init; }

    public bool IsHeadless { get; private init; }

    /// <summary>Gets the name it stands for, or <see langword="null"/>.</summary>
    public string? ExternalName { get; private init; }

    /// <summary>Gets whether endpoints have names before they are ready.</summary>
    public bool PublishesAll { get; private init; }

    /// <summary>Gets for how long a client that comes again gets the endpoint it had; <see langword="null"/> for not at all.</summary>
    public TimeSpan? Affinity { get; private init; }

    /// <summary>Gets whether it asks for a load balancer, and for none in particular.</summary>
    public bool WantsBalancer { get; private init; }

    /// <summary>Gets the addresses of its load balancer, as its status has them.</summary>
    public JsonList Balancer { get; private init; } = [];

    public IReadOnlyList<ServicePort> Ports { get; private init; } = [];

    public static ServiceView Read(RawObject raw)
    {
        var map = raw.ToMap();
        var spec = map.Map("spec") ?? [];
        var type = spec.Text("type") ?? "ClusterIP";
        var address = type == "ExternalName" ? null : spec.Text("clusterIP");
        var seconds = (spec.Map("sessionAffinityConfig")?.Map("clientIP") ?? []).Integer("timeoutSeconds");
        return new()
        {
            Raw = raw,
            ClusterIp = IPAddress.TryParse(address, out var ip) ? ip : null,
            IsHeadless = address == "None",
            ExternalName = type == "ExternalName" ? spec.Text("externalName") : null,
            PublishesAll = spec.Flag("publishNotReadyAddresses") == true,
            Affinity = spec.Text("sessionAffinity") != "ClientIP" ? null : seconds is { } s ? TimeSpan.FromSeconds(s) : DefaultAffinity,
            WantsBalancer = type == "LoadBalancer" && spec.Text("loadBalancerClass") is null,
            Balancer = map.Map("status")?.Map("loadBalancer")?.List("ingress") ?? [],
            Ports = [.. (spec.List("ports")?.Maps ?? []).Select(Port)],
        };
    }

    private static ServicePort Port(JsonMap port) => new(
        port.Text("name") ?? "",
        port.Text("protocol") ?? "TCP",
        (int)(port.Integer("port") ?? 0),
        (int)(port.Integer("nodePort") ?? 0),
        port.Text("appProtocol"));
}
