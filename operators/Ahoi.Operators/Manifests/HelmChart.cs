using Ahoi.Api.Json;

namespace Ahoi.Operators.Manifests;

/// <summary>The parts of the chart that are no objects.</summary>
internal static class HelmChart
{
    public const string Notes = """
        Ahoi runs {{ join ", " .Values.operators }} in {{ .Release.Namespace }}.

          kubectl -n {{ .Release.Namespace }} get deployment {{ .Release.Name }}
          kubectl -n {{ .Release.Namespace }} logs -f deployment/{{ .Release.Name }}

        Helm installs the definitions of the operators' kinds with the first release alone. After an upgrade, apply those of the new version:

          kubectl apply --server-side -f crds/

        """;

    public static JsonMap About() => new()
    {
        ["apiVersion"] = "v2",
        ["name"] = "ahoi",
        ["description"] = "Kubernetes operators in C#",
        ["type"] = "application",
        ["version"] = ManifestOptions.Version,
        ["appVersion"] = ManifestOptions.Version,
        ["kubeVersion"] = ">=1.30.0-0",
    };

    public static string Values(ManifestOptions options)
    {
        var (repository, tag, digest) = SplitImage(options.Image);
        return $"""
            # The image of ahoi-host. A digest goes before a tag; an empty tag is the chart's appVersion.
            {YamlText.Of(new() { ["image"] = new JsonMap { ["repository"] = repository, ["tag"] = tag, ["digest"] = digest, ["pullPolicy"] = "IfNotPresent" } })}
            # One replica works; the others take over when it is gone.
            replicas: {options.Replicas}

            # Which operators run: {string.Join(", ", OperatorSet.Known)}.
            {YamlText.Of(new() { ["operators"] = new JsonList(options.Operators) })}
            # Of each replica. A limit of processors would hold a leader back until it loses its Lease.
            {YamlText.Of(new() { ["resources"] = ClusterObjects.Resources() })}
            """;
    }

    public static JsonMap ValuesSchema() => new()
    {
        ["$schema"] = "http://json-schema.org/draft-07/schema#",
        ["type"] = "object",
        ["required"] = new JsonList(["image", "replicas", "operators"]),
        ["properties"] = new JsonMap
        {
            ["image"] = new JsonMap
            {
                ["type"] = "object",
                ["required"] = new JsonList(["repository"]),
                ["properties"] = new JsonMap
                {
                    ["repository"] = new JsonMap { ["type"] = "string", ["minLength"] = 1L },
                    ["tag"] = new JsonMap { ["type"] = "string" },
                    ["digest"] = new JsonMap { ["type"] = "string" },
                    ["pullPolicy"] = new JsonMap { ["enum"] = new JsonList(["Always", "IfNotPresent", "Never"]) },
                },
            },
            ["replicas"] = new JsonMap { ["type"] = "integer", ["minimum"] = 1L },
            ["operators"] = new JsonMap
            {
                ["type"] = "array",
                ["minItems"] = 1L,
                ["items"] = new JsonMap { ["enum"] = new JsonList(OperatorSet.Known) },
            },
            ["resources"] = new JsonMap { ["type"] = "object" },
        },
    };

    /// <summary>An image's parts: <c>registry:5000/name:tag@digest</c>.</summary>
    private static (string Repository, string Tag, string Digest) SplitImage(string image)
    {
        var (name, digest) = image.Split('@', 2) is [var before, var after] ? (before, after) : (image, "");
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? (name[..colon], name[(colon + 1)..], digest) : (name, "", digest);
    }
}
