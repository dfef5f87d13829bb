using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Core;

/// <summary>Converts events between core/v1, which is stored, and events.k8s.io/v1.</summary>
internal static class EventVersions
{
    private static readonly (string Core, string Events)[] Names =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"), ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ];

    /// <summary>Turns an event of events.k8s.io into one of core.</summary>
    /// <param name="value">The event; changed in place.</param>
    public static void ToCore(JsonMap value)
    {
        value["apiVersion"] = "v1";
        foreach (var (core, events) in Names)
        {
            Rename(value, events, core);
        }
    }

    /// <summary>Turns an event of core into one of events.k8s.io.</summary>
    /// <param name="value">The event; changed in place.</param>
    public static void ToEvents(JsonMap value)
    {
        value["apiVersion"] = "events.k8s.io/v1";
        foreach (var (core, events) in Names)
        {
            Rename(value, core, events);
        }
    }

    private static void Rename(JsonMap value, string from, string to)
    {
        if (value.TryGetValue(from, out var item))
        {
            value.Remove(from);
            value[to] = item;
        }
    }
}
