using System.Text;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Benchmarks.Chaos;

/// <summary>A node whose pods are objects alone: they run as soon as they are bound, jobs are done, and poolers' agents say that
/// they do as they are told. So a machine has more customers than it has memory for.</summary>
internal static class PlayedNode
{
    /// <summary>What names of customers begin with whose pods come here.</summary>
    public const string Prefix = "played-";

    private const string Name = "played";
    private const string Now = "2030-01-01T00:00:00Z";
    private const string ReportAnnotation = "internal.example.com/pooler";
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private static readonly Patch Running = Patch.Merge(JsonTree.ParseMap(
        $$$"""{"status":{"phase":"Running","podIP":"127.127.255.250","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"{{{Now}}}"}]}}"""));

    private static readonly Patch Done = Patch.Merge(JsonTree.ParseMap("""{"status":{"phase":"Succeeded"}}"""));

    public static void Schedule(SchedulerOptions options) => options.Filter(
        "Played", (pod, node) => pod.Key.Namespace!.StartsWith($"cust-{Prefix}", StringComparison.Ordinal) == (node.Name == Name) ? null : "node(s) were of the other sort");

    public static async Task<IHost> StartAsync(LiveWorld world)
    {
        const string Room = """{"cpu":"1000","memory":"4000Gi","pods":"10000"}""";
        await world.Client.CreateAsync(LiveWorld.Nodes, null, JsonTree.ParseMap(
            $$$"""
            {"apiVersion":"v1","kind":"Node","metadata":{"name":"{{{Name}}}"},
             "status":{"capacity":{{{Room}}},"allocatable":{{{Room}}},"conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":"{{{Now}}}","lastTransitionTime":"{{{Now}}}"}]}}
            """));
        var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "players" });
        builder.Services.AddLogging();
        builder.Services.AddAhoi(o =>
        {
            o.OperatorName = "players";
            o.Connection = world.Connect();
        }).AddController<JsonMap>(
            PlayAsync,
            o =>
            {
                (o.Name, o.Kind, o.Workers) = ("pods", new("", "v1", "Pod"), 8);
                o.ReconcilesDeleted = true;
                o.MinRetryDelay = TimeSpan.FromMilliseconds(50);
            });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async ValueTask<Description> PlayAsync(JsonMap pod, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren().WithoutReadyCondition();
        if (pod.At("spec", "nodeName") is not Name)
        {
            return description;
        }

        try
        {
            var phase = pod.At("status", "phase") as string;
            if (context.Raw.IsBeingDeleted)
            {
                await context.Client.DeleteAsync(LiveWorld.Pods, context.Key, new DeleteOptions { GracePeriod = TimeSpan.Zero }, cancellationToken);
            }
            else if (phase is not ("Running" or "Succeeded"))
            {
                await context.Client.PatchAsync(
                    LiveWorld.Pods, context.Key, context.Raw.ControllerOwner?.Kind == "Job" ? Done : Running, new() { Subresource = "status" }, cancellationToken);
            }
            else if (context.Raw.Labels.GetValueOrDefault("app.kubernetes.io/name") == "pgbouncer")
            {
                await ReportAsync(context, cancellationToken);
                description.LookAgainAfter(Look);
            }
        }
        catch (ApiException exception) when (exception.Code is 404 or 409)
        {
            // It is gone, or was done already: the next look tells.
        }

        return description;
    }

    /// <summary>Says what an agent says that has done all that it was told.</summary>
    private static async Task ReportAsync(ReconcileContext context, CancellationToken cancellationToken)
    {
        var name = $"{context.Raw.Labels["app.kubernetes.io/instance"]}-pool-orders";
        var secret = (await context.Client.GetAsync(LiveWorld.Secrets, new(context.Key.Namespace, name), null, cancellationToken)).ToMap();
        var orders = JsonTree.ParseMap(Encoding.UTF8.GetString(Convert.FromBase64String((string)secret.At("data", "orders.json")!)));
        var report = new JsonMap
        {
            ["applied"] = orders["hash"], ["under"] = orders["cap"], ["reconnected"] = orders["reconnect"], ["target"] = Name, ["writable"] = true,
        };
        if (orders.At("pause", "id") is { } pause)
        {
            report["pausedFor"] = pause;
        }

        var text = report.ToString();
        if (context.Raw.Annotations.GetValueOrDefault(ReportAnnotation) != text)
        {
            await context.Client.PatchAsync(
                LiveWorld.Pods,
                context.Key,
                Patch.Merge(new JsonMap { ["metadata"] = new JsonMap { ["annotations"] = new JsonMap { [ReportAnnotation] = text } } }),
                cancellationToken: cancellationToken);
        }
    }
}
