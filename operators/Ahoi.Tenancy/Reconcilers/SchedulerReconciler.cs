using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>
/// Keeps a Deployment of workers for each Scheduler. Of too many workers the idle ones go first, and one that has a job
/// finishes it; so do all before the Scheduler is gone.
/// </summary>
internal sealed class SchedulerReconciler(IOptions<TenancyOptions> options, WorkerQuestions workers) : IReconciler<Scheduler>, IFinalizer<Scheduler>
{
    // Pods with the lowest cost go first (https://kubernetes.io/docs/reference/labels-annotations-taints/#pod-deletion-cost).
    private const string CostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

    private static readonly GroupVersionResource PodResource = new("", "v1", "pods");

    public async ValueTask<Description> ReconcileAsync(Scheduler resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var deployment = await context.FindAsync<V1Deployment>(SchedulerPlanner.NameOf(resource), cancellationToken).ConfigureAwait(false);
        var credentials = await Credentials.FingerprintAsync(resource.Spec.DatabaseSecret, context, cancellationToken).ConfigureAwait(false);
        if (resource.Spec.DatabaseSecret is { } secret && credentials is null)
        {
            return Credentials.Missing(secret).WithStatus(resource.Status ?? new());
        }

        if (deployment?.Spec?.Replicas > resource.Spec.Workers && resource.Spec.Workers > 0 && !context.IsPlan)
        {
            await MarkBusyAsync(resource, context, cancellationToken).ConfigureAwait(false);
        }

        var pods = await PodsAsync(resource, context, cancellationToken).ConfigureAwait(false);
        return Describe(resource, resource.Spec.Workers, credentials, pods);
    }

    public async ValueTask<Finalization> FinalizeAsync(Scheduler resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var pods = await PodsAsync(resource, context, cancellationToken).ConfigureAwait(false);
        if (resource.Spec.Removal == WorkerRemoval.Delete || pods.Count == 0)
        {
            return Finalization.DeleteChildren;
        }

        var credentials = await Credentials.FingerprintAsync(resource.Spec.DatabaseSecret, context, cancellationToken).ConfigureAwait(false);
        return Finalization.Wait(Describe(resource, 0, credentials, pods)
            .WithCondition(Condition.Ready, false, "Draining", $"Waiting until {pods.Count} of the workers have finished their jobs."));
    }

    private Description Describe(Scheduler scheduler, int count, string? credentials, IReadOnlyList<RawObject> pods) => new Description()
        .Add(SchedulerPlanner.Deployment(scheduler, options.Value, count, credentials))
        .WithStatus(outcome => new SchedulerStatus
        {
            ReadyWorkers = outcome.Live<V1Deployment>()?.Status?.ReadyReplicas ?? 0,
            DrainingWorkers = pods.Count(p => p.IsBeingDeleted),
        });

    private async Task MarkBusyAsync(Scheduler scheduler, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (options.Value.WorkerStatusPort == 0)
        {
            return;
        }

        var running = (await context.ListAsync<V1Pod>(cancellationToken, scheduler.Metadata.Namespace, p => IsWorker(scheduler, p)).ConfigureAwait(false))
            .Where(p => p.Metadata.DeletionTimestamp is null && p.Status?.PodIP is not null);
        await Task.WhenAll(running.Select(async pod =>
        {
            // Who does not answer is taken for busy: it may be too busy to answer.
            var cost = await workers.IsBusyAsync(pod.Status.PodIP, options.Value.WorkerStatusPort, cancellationToken).ConfigureAwait(false) ? "100" : "0";
            if (pod.Metadata.Annotations?.TryGetValue(CostAnnotation, out var present) is not true || present != cost)
            {
                await context.Client.PatchAsync(
                    PodResource,
                    new ObjectKey(pod.Metadata.NamespaceProperty, pod.Metadata.Name),
                    Patch.Merge(new JsonMap
                    {
                        ["metadata"] = new JsonMap { ["uid"] = pod.Metadata.Uid, ["annotations"] = new JsonMap { [CostAnnotation] = cost } },
                    }),
                    cancellationToken: cancellationToken).ConfigureAwait(false);
            }
        })).ConfigureAwait(false);
    }

    private static ValueTask<IReadOnlyList<RawObject>> PodsAsync(Scheduler scheduler, ReconcileContext context, CancellationToken cancellationToken) =>
        context.ListAsync(new GroupVersionKind("", "v1", "Pod"), cancellationToken, scheduler.Metadata.Namespace, p => IsWorker(scheduler, p));

    private static bool IsWorker(Scheduler scheduler, RawObject pod) =>
        SchedulerPlanner.Selector(scheduler).All(l => pod.Labels.TryGetValue(l.Key, out var value) && value == l.Value);
}
