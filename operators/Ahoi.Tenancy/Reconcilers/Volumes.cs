using k8s.Models;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>Sizes of volumes.</summary>
internal static class Volumes
{
    /// <summary>The size that a list of resources has, in bytes; 0 where it has none.</summary>
    public static long Bytes(IDictionary<string, ResourceQuantity>? resources) =>
        resources is not null && resources.TryGetValue("storage", out var size) ? (long)size.ToDecimal() : 0;
}
