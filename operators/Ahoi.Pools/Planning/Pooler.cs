using System.Globalization;
using Ahoi.Pools.Contract;
using k8s.Models;

namespace Ahoi.Pools.Planning;

/// <summary>One pooler as its pod and its agent say it is.</summary>
internal sealed record Pooler(string Name, string? Address, bool IsReady, bool IsLeaving, PoolerReport Report)
{
    /// <summary>Gets its place among its peers, from 0 on.</summary>
    public int Ordinal => int.TryParse(Name.AsSpan(Name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal) ? ordinal : 0;

    public static Pooler Of(V1Pod pod) => new(
        pod.Metadata.Name,
        pod.Status?.PodIP,
        pod.Status?.Conditions?.Any(c => c.Type == "Ready" && c.Status == "True") == true,
        pod.Metadata.DeletionTimestamp is not null,
        PoolerReport.Read(pod.Metadata.Annotations?.TryGetValue(PoolerReport.Annotation, out var json) == true ? json : null));
}
