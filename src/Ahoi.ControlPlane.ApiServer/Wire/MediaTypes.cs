namespace Ahoi.ControlPlane.ApiServer.Wire;

/// <summary>Media types of the API.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";

    /// <summary>What aggregated discovery is answered with: clients tell it from plain discovery by the parameters.</summary>
    public const string AggregatedDiscovery = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    public const string Yaml = "application/yaml";
    public const string Protobuf = "application/vnd.kubernetes.protobuf";
    public const string JsonPatch = "application/json-patch+json";
    public const string MergePatch = "application/merge-patch+json";
    public const string StrategicMergePatch = "application/strategic-merge-patch+json";
    public const string ApplyYaml = "application/apply-patch+yaml";
    public const string ApplyCbor = "application/apply-patch+cbor";
    public const string Text = "text/plain; charset=utf-8";
}
