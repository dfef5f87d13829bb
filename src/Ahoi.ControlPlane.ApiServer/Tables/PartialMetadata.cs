using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Tables;

/// <summary>Objects reduced to their metadata.</summary>
internal static class PartialMetadata
{
    public static JsonMap Of(JsonMap value, string version) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/" + version,
        ["metadata"] = value.Map("metadata"),
    };
}
