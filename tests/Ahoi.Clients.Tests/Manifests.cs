namespace Ahoi.Clients.Tests;

/// <summary>What tests create.</summary>
internal static class Manifests
{
    public const string Deployment =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {app: web}}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - name: web
                image: nginx:1.27
                ports: [{containerPort: 80}]
        """;

    public const string Pod =
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: p, labels: {app: p}}
        spec:
          containers: [{name: c, image: "nginx:1.27", env: [{name: A, value: b}]}]
        """;

    public static string ConfigMap(string name, string value = "v", string? set = null) =>
        $$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: {{name}}{{(set is null ? "" : $", labels: {{set: {set}}}")}}}
        data: {k: "{{value}}"}

        """;
}
