using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Kinds.Core;
using Ahoi.ControlPlane.ApiServer.Kinds.Scheduling;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>Finds how stored objects become those built-in versions that are stored as another version.</summary>
internal static class CrossVersionReaders
{
    private static readonly GroupVersionKind CoreEvent = new("", "v1", "Event");
    private static readonly GroupVersionKind GroupEvent = new("events.k8s.io", "v1", "Event");
    private static readonly GroupVersionKind AutoscalerV1 = new("autoscaling", "v1", "HorizontalPodAutoscaler");
    private static readonly GroupVersionKind AutoscalerV2 = new("autoscaling", "v2", "HorizontalPodAutoscaler");

    /// <summary>Gets the reader of a kind, or <see langword="null"/> where it is stored as it is served.</summary>
    public static IStoredObjectReader? For(GroupVersionKind kind)
    {
        if (kind == GroupEvent)
        {
            return new Reader(GroupEvent, EventVersions.ToEvents, CoreEvent, EventVersions.ToCore);
        }

        return kind == AutoscalerV1
            ? new Reader(AutoscalerV1, AutoscalerVersions.ToVersion1, AutoscalerV2, value => AutoscalerVersions.ToVersion2(value, old: null))
            : null;
    }

    /// <summary>Gets the other versions a kind's objects may have been written in.</summary>
    public static IReadOnlyDictionary<string, Schema?> OtherVersions(GroupVersionKind kind)
    {
        GroupVersionKind? other = kind == GroupEvent ? CoreEvent
            : kind == CoreEvent ? GroupEvent
            : kind == AutoscalerV1 ? AutoscalerV2
            : kind == AutoscalerV2 ? AutoscalerV1
            : null;
        return other is { } version
            ? new Dictionary<string, Schema?> { [version.ApiVersion] = BuiltInSchemas.Find(version) }
            : new Dictionary<string, Schema?>();
    }

    private sealed class Reader(GroupVersionKind served, Action<JsonMap> toServed, GroupVersionKind stored, Action<JsonMap> toStored) : IStoredObjectReader
    {
        public ValueTask<JsonMap> ReadAsync(JsonMap value, CancellationToken cancellationToken) => Convert(value, served, toServed);

        public ValueTask<JsonMap> WriteAsync(JsonMap value, CancellationToken cancellationToken) => Convert(value, stored, toStored);

        private static ValueTask<JsonMap> Convert(JsonMap value, GroupVersionKind target, Action<JsonMap> convert)
        {
            convert(value);
            value["apiVersion"] = target.ApiVersion;
            value["kind"] = target.Kind;
            ObjectDecoder.Decode(value, BuiltInSchemas.Find(target)!); // Both versions are in the schema data.
            return new(value);
        }
    }
}
