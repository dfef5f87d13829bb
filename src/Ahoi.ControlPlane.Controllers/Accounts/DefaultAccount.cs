using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Accounts;

/// <summary>Sees that each namespace has the service account that pods run under where they name none.</summary>
internal static class DefaultAccount
{
    public const string Name = "default";

    public static async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(context.Raw.Name, Name);
        if (!context.Raw.IsBeingDeleted && await context.FindAsync(Kinds.ServiceAccount, key, cancellationToken).ConfigureAwait(false) is null)
        {
            try
            {
                await context.Writes.CreateAsync(
                    new() { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = new JsonMap { ["name"] = Name, ["namespace"] = key.Namespace } },
                    cancellationToken).ConfigureAwait(false);
            }
            catch (ApiException exception) when (exception.Code is 409 or 403 or 404)
            {
                // Somebody else made it, or the namespace ends.
            }
        }

        return Description.KeepingChildren();
    }
}
