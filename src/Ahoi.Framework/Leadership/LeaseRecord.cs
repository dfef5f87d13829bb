using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Leadership;

/// <summary>The Lease as a replica reads it.</summary>
/// <param name="Holder">Who holds it; empty where it was released.</param>
/// <param name="Duration">How long it holds without a renewal.</param>
/// <param name="Transitions">How often it changed hands.</param>
/// <param name="ResourceVersion">The version, which changes with every renewal.</param>
internal sealed record LeaseRecord(string Holder, TimeSpan Duration, long Transitions, string ResourceVersion)
{
    public static LeaseRecord Read(JsonMap lease) => new(
        lease.At("spec", "holderIdentity") as string ?? "",
        TimeSpan.FromSeconds(lease.At("spec", "leaseDurationSeconds") as long? ?? 0),
        lease.At("spec", "leaseTransitions") as long? ?? 0,
        (string)lease.At("metadata", "resourceVersion")!);

    /// <summary>A MicroTime has exactly six digits; the API server refuses any other number.</summary>
    public static string Time(DateTimeOffset time) =>
        ApiTime.WriteMicro(time);
}
