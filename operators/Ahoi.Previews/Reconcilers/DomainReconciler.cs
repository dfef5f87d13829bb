using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Previews.Api;

namespace Ahoi.Previews.Reconcilers;

/// <summary>Gives hosts back whose owner is gone.</summary>
internal sealed class DomainReconciler : IReconciler<Domain>
{
    public async ValueTask<Description> ReconcileAsync(Domain resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var owner = resource.Spec.OwnerRef;
        var key = new ObjectKey(owner.Namespace, owner.Name);
        var kind = new GroupVersionKind(Group.Name, Group.Version, owner.Kind);
        var found = owner.Kind is nameof(Preview) or nameof(PreviewApp) ? await context.FindAsync(kind, key, cancellationToken).ConfigureAwait(false) : null;
        if (found?.Uid != owner.Uid && !context.IsPlan && owner.Kind is nameof(Preview) or nameof(PreviewApp))
        {
            // The cache of one kind may be behind that of another: the server is asked before anything is taken away.
            var plural = owner.Kind == nameof(Preview) ? "previews" : "previewapps";
            found = await context.Client.FindAsync(new(Group.Name, Group.Version, plural), key, cancellationToken: cancellationToken).ConfigureAwait(false);
            if (found?.Uid != owner.Uid)
            {
                await context.Writes.DeleteAsync(context.Raw, cancellationToken).ConfigureAwait(false);
                return Description.KeepingChildren();
            }
        }

        var claimed = found?.Uid == owner.Uid;
        return new Description()
            .WithStatus(new DomainStatus { Claimed = claimed })
            .WithCondition("Claimed", claimed, claimed ? "OwnerExists" : "NoOwner", claimed ? "" : "Only a Preview or a PreviewApp can have a host.")
            .WithCondition(Condition.Ready, claimed, claimed ? resource.Spec.Mode.ToString() : "NoOwner");
    }
}
