using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node;

/// <summary>The kinds that a node deals with.</summary>
internal static class NodeKinds
{
    public static readonly GroupVersionKind Pod = new("", "v1", "Pod");
    public static readonly GroupVersionKind Node = new("", "v1", "Node");
    public static readonly GroupVersionKind Service = new("", "v1", "Service");
    public static readonly GroupVersionKind ConfigMap = new("", "v1", "ConfigMap");
    public static readonly GroupVersionKind Secret = new("", "v1", "Secret");
    public static readonly GroupVersionKind Claim = new("", "v1", "PersistentVolumeClaim");
    public static readonly GroupVersionKind Volume = new("", "v1", "PersistentVolume");
    public static readonly GroupVersionResource Nodes = new("", "v1", "nodes");
    public static readonly GroupVersionResource ServiceAccounts = new("", "v1", "serviceaccounts");
    public static readonly GroupVersionResource Leases = new("coordination.k8s.io", "v1", "leases");
}
