using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node.Network;

/// <summary>The kinds that the network is made from.</summary>
internal static class NetworkKinds
{
    public static readonly GroupVersionKind Namespace = new("", "v1", "Namespace");
    public static readonly GroupVersionKind Service = new("", "v1", "Service");
    public static readonly GroupVersionKind Secret = new("", "v1", "Secret");
    public static readonly GroupVersionKind EndpointSlice = new("discovery.k8s.io", "v1", "EndpointSlice");
    public static readonly GroupVersionKind Ingress = new("networking.k8s.io", "v1", "Ingress");
    public static readonly GroupVersionKind IngressClass = new("networking.k8s.io", "v1", "IngressClass");
}
