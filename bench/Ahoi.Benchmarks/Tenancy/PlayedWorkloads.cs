using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Benchmarks.Tenancy;

/// <summary>Says of every workload that it runs as it is wanted, and of every job that it is done. There are no pods.</summary>
internal static class PlayedWorkloads
{
    private const string Now = "2030-01-01T00:00:00Z";

    private static readonly JsonMap Done = JsonTree.ParseMap(
        $$$"""
        {"startTime":"{{{Now}}}","completionTime":"{{{Now}}}","succeeded":1,"conditions":[
          {"type":"SuccessCriteriaMet","status":"True","lastProbeTime":"{{{Now}}}","lastTransitionTime":"{{{Now}}}"},
          {"type":"Complete","status":"True","lastProbeTime":"{{{Now}}}","lastTransitionTime":"{{{Now}}}"}]}
        """);

    public static async Task<IHost> StartAsync(string kubeconfig)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "players" });
        builder.Services.AddLogging();
        var ahoi = builder.Services.AddAhoi(o =>
        {
            o.OperatorName = "players";
            o.Connection = ApiConnection.FromKubeconfig(kubeconfig);
        });
        Play(ahoi, new("apps", "v1", "StatefulSet"), "statefulsets", Running);
        Play(ahoi, new("apps", "v1", "Deployment"), "deployments", Running);
        Play(ahoi, new("batch", "v1", "Job"), "jobs", _ => Done);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static void Play(AhoiBuilder ahoi, GroupVersionKind kind, string plural, Func<JsonMap, JsonMap> status) => ahoi.AddController<JsonMap>(
        async (workload, context, cancellationToken) =>
        {
            var wanted = status(workload);
            if (wanted.Any(s => !Equals(workload.At("status", s.Key)?.ToString(), s.Value?.ToString())))
            {
                await context.Client.PatchAsync(
                    new(kind.Group, kind.Version, plural), context.Key, Patch.Merge(new JsonMap { ["status"] = wanted }), new() { Subresource = "status" }, cancellationToken);
            }

            return Description.KeepingChildren().WithoutReadyCondition();
        },
        o => (o.Name, o.Kind, o.Workers) = (plural, kind, 16));

    private static JsonMap Running(JsonMap workload)
    {
        var replicas = workload.At("spec", "replicas") ?? 1L;
        var status = new JsonMap
        {
            ["observedGeneration"] = workload.At("metadata", "generation"),
            ["replicas"] = replicas,
            ["readyReplicas"] = replicas,
            ["updatedReplicas"] = replicas,
            ["availableReplicas"] = replicas,
        };
        if (workload.At("kind") is "StatefulSet")
        {
            status["currentRevision"] = status["updateRevision"] = "first";
        }

        return status;
    }
}
