using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Reads and writes what the server itself keeps in <c>metadata</c>.</summary>
internal static class ObjectMetadata
{
    public static JsonMap Metadata(this JsonMap value) => value.EnsureMap("metadata");

    public static string NameOf(this JsonMap value) => value.Map("metadata")?.Text("name") ?? "";

    public static string UidOf(this JsonMap value) => value.Map("metadata")?.Text("uid") ?? "";

    public static string VersionOf(this JsonMap value) => value.Map("metadata")?.Text("resourceVersion") ?? "";

    public static bool IsDeleting(this JsonMap value) => value.Map("metadata")?["deletionTimestamp"] is string;

    public static bool HasFinalizers(this JsonMap value) => value.Map("metadata")?.List("finalizers") is { Count: > 0 };

    public static string Timestamp(DateTimeOffset time) =>
        ApiTime.Write(time);

    /// <summary>Counts the object's generation up, where it has one.</summary>
    public static void RaiseGeneration(JsonMap metadata)
    {
        if (metadata.Integer("generation") is > 0 and var generation)
        {
            metadata["generation"] = generation + 1;
        }
    }

    /// <summary>Marks an object as being deleted, if it is not yet.</summary>
    public static void MarkDeleting(JsonMap value, DateTimeOffset now)
    {
        var metadata = value.Metadata();
        if (metadata["deletionTimestamp"] is not string)
        {
            metadata["deletionTimestamp"] = Timestamp(now);
            RaiseGeneration(metadata);
        }

        metadata["deletionGracePeriodSeconds"] = 0;
    }

    /// <summary>Makes a metadata field what it is in <paramref name="old"/>, absence included.</summary>
    public static void CarryOver(JsonMap metadata, JsonMap old, string field)
    {
        if (old[field] is { } was)
        {
            metadata[field] = JsonTree.DeepClone(was);
        }
        else
        {
            metadata.Remove(field);
        }
    }
}
