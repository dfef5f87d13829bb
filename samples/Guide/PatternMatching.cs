using Ahoi.Api.Json;
using k8s.Models;

namespace Guide;

/// <summary>Takes a Deployment of one nginx apart.</summary>
internal static class PatternMatching
{
    // docs: typed
    public static string Describe(V1Deployment deployment) => deployment switch
    {
        {
            Metadata: { Name: var name },
            Spec: { Replicas: var replicas, Template.Spec.Containers: [{ Image: ['n', 'g', 'i', 'n', 'x', ':', .. var version], Ports: [{ ContainerPort: var port }, ..] }] },
        } => $"{name}: {replicas} times nginx {version} on port {port}",
        { Spec.Template.Spec.Containers: [_, _, ..] } => "more than one container",
        _ => "something else",
    };
    // docs: end

    // docs: dynamic
    public static string Describe(JsonMap deployment) =>
        (deployment.Text("kind"), deployment.At("spec", "replicas"), deployment.At("spec", "template", "spec", "containers")) switch
        {
            ("Deployment", long replicas, JsonList and [JsonMap only])
                when (only.Text("image"), only["ports"]) is (['n', 'g', 'i', 'n', 'x', ':', .. var version], JsonList and [JsonMap port, ..]) =>
                $"{deployment.At("metadata", "name")}: {replicas} times nginx {version} on port {port["containerPort"]}",
            ("Deployment", _, JsonList and [_, _, ..]) => "more than one container",
            _ => "something else",
        };
    // docs: end
}
