using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Objects;

/// <summary>What controllers ask of pods.</summary>
internal static class PodState
{
    public static string Phase(JsonMap pod) => pod.At("status", "phase") as string ?? "";

    public static bool IsFinished(JsonMap pod) => Phase(pod) is "Succeeded" or "Failed";

    public static bool IsBeingDeleted(JsonMap value) => value.At("metadata", "deletionTimestamp") is not null;

    /// <summary>Gets whether a pod runs, or will, and is not on its way out.</summary>
    public static bool IsActive(JsonMap pod) => !IsFinished(pod) && !IsBeingDeleted(pod);

    public static bool IsReady(JsonMap pod) => Condition(pod, "Ready")?.Text("status") == "True";

    /// <summary>Gets since when a pod is ready, or <see langword="null"/> while it is not.</summary>
    public static DateTimeOffset? ReadySince(JsonMap pod) =>
        Condition(pod, "Ready") is { } ready && ready.Text("status") == "True" ? Time(ready["lastTransitionTime"]) ?? DateTimeOffset.MinValue : null;

    /// <summary>Gets whether a pod has been ready for long enough.</summary>
    public static bool IsAvailable(JsonMap pod, long minReadySeconds, DateTimeOffset now) =>
        IsReady(pod) && (minReadySeconds <= 0 || (Condition(pod, "Ready") is { } ready && Time(ready["lastTransitionTime"]) is { } since && since.AddSeconds(minReadySeconds) <= now));

    public static JsonMap? Condition(JsonMap value, string type) =>
        (value.Map("status")?.List("conditions")?.Maps ?? []).FirstOrDefault(c => c.Text("type") == type);

    public static DateTimeOffset? Time(object? value) =>
        value is string text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Writes a time as the API does: UTC, whole seconds.</summary>
    public static string Write(DateTimeOffset time) => ApiTime.Write(time);
}
