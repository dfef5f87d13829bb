using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>Keeps a Deployment of workers for each Scheduler.</summary>
internal sealed class SchedulerReconciler(IOptions<TenancyOptions> options) : IReconciler<Scheduler>
{
    public ValueTask<Description> ReconcileAsync(Scheduler resource, ReconcileContext context, CancellationToken cancellationToken) =>
        new Description()
            .Add(SchedulerPlanner.Deployment(resource, options.Value))
            .WithStatus(outcome => new SchedulerStatus { ReadyWorkers = outcome.Live<V1Deployment>()?.Status?.ReadyReplicas ?? 0 });
}
