using Ahoi.Framework.Controllers;
using Ahoi.Framework.Events;

namespace Ahoi.ControlPlane.Controllers.Events;

/// <summary>Reports a description's events as Kubernetes' own controllers report theirs.</summary>
internal sealed class CoreEventsStep(CoreEvents events, string component) : IReconcileStep
{
    public async ValueTask<Description> ReconcileAsync(ReconcileContext context, ReconcileDelegate next, CancellationToken cancellationToken)
    {
        var described = await next(context, cancellationToken).ConfigureAwait(false);
        if (described.Events.Count == 0)
        {
            return described;
        }

        foreach (var draft in described.Events)
        {
            await events.RecordAsync(context.Client, InvolvedObject.Of(context.Raw), component, draft, cancellationToken).ConfigureAwait(false);
        }

        var rest = Description.KeepingChildren(); // These controllers describe nothing but events.
        return described.After is { } after ? rest.LookAgainAfter(after) : rest;
    }
}
