namespace Ahoi.Client.Requests;

/// <summary>What we ask for and send.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string Metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
    public const string MetadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
}
