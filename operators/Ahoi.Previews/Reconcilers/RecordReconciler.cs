using Ahoi.Api.Json;
using Ahoi.Framework.Controllers;
using Ahoi.Previews.Api;
using Ahoi.Previews.Records;
using k8s.Models;

namespace Ahoi.Previews.Reconcilers;

/// <summary>Writes the records of hosts that are to have one, and takes them out before the host is given back.</summary>
internal sealed class RecordReconciler : IReconciler<Domain>, IFinalizer<Domain>
{
    /// <summary>The condition that says whether the record is there.</summary>
    public const string Published = "RecordPublished";

    private static readonly TimeSpan Later = TimeSpan.FromSeconds(15);

    public async ValueTask<Description> ReconcileAsync(Domain resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren().WithoutReadyCondition();
        if (resource.Spec is not { Mode: DnsMode.Records, Update: { } update })
        {
            return description;
        }

        var record = $"{resource.Spec.Host} {update.Ttl} {update.Target} at {update.Server} in {update.Zone}";
        if (resource.Status?.Record == record || context.IsPlan)
        {
            return Tell(description, resource.Status?.Record, null);
        }

        try
        {
            await (await UpdateAsync(resource, context, cancellationToken).ConfigureAwait(false)).PublishAsync(cancellationToken).ConfigureAwait(false);
            return Tell(description, record, null);
        }
        catch (DnsException exception)
        {
            return Tell(description, resource.Status?.Record, exception).LookAgainAfter(Later);
        }
    }

    public async ValueTask<Finalization> FinalizeAsync(Domain resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (resource.Spec is not { Mode: DnsMode.Records, Update: not null })
        {
            return Finalization.Done;
        }

        try
        {
            await (await UpdateAsync(resource, context, cancellationToken).ConfigureAwait(false)).WithdrawAsync(cancellationToken).ConfigureAwait(false);
            return Finalization.Done;
        }
        catch (DnsException exception)
        {
            return Finalization.Wait(Tell(Description.KeepingChildren().WithoutReadyCondition(), resource.Status?.Record, exception).LookAgainAfter(Later));
        }
    }

    private static Description Tell(Description description, string? record, DnsException? fault)
    {
        var status = new JsonMap();
        if (record is not null)
        {
            status["record"] = record;
        }

        return description.WithStatus(status).WithCondition(Published, fault is null, fault?.Reason ?? "Written", fault?.Message ?? "");
    }

    private static async Task<ZoneUpdate> UpdateAsync(Domain domain, ReconcileContext context, CancellationToken cancellationToken)
    {
        var update = domain.Spec.Update!; // Asked for before.
        var @namespace = domain.Spec.KeyNamespace ?? domain.Spec.OwnerRef.Namespace;
        var secret = await context.FindAsync<V1Secret>(update.KeySecret, cancellationToken, @namespace).ConfigureAwait(false)
            ?? throw new DnsException("KeyMissing", $"There is no Secret {update.KeySecret} in namespace {@namespace}, which dnsUpdate.keySecret names.");
        return new(update, TsigKey.Of(update.KeySecret, secret.Data), domain.Spec.Host, domain.Metadata.Uid!, context.Time);
    }
}
