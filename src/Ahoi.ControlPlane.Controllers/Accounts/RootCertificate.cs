using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Accounts;

/// <summary>Sees that pods of each namespace find the certificate by which they know the API server.</summary>
internal sealed class RootCertificate(string pem)
{
    public const string Name = "kube-root-ca.crt";
    private const string File = "ca.crt";
    private const string DescriptionKey = "kubernetes.io/description";
    private const string DescriptionText = "The certificate of the authority that the API server's certificate is signed by. Only what connects to the API server may rely on it.";

    public async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (!context.Raw.IsBeingDeleted)
        {
            try
            {
                await WriteAsync(context, new(context.Raw.Name, Name), cancellationToken).ConfigureAwait(false);
            }
            catch (ApiException exception) when (exception.Code is 409 or 403 or 404)
            {
                // Somebody else wrote it, which comes back here, or the namespace ends.
            }
        }

        return Description.KeepingChildren();
    }

    private async Task WriteAsync(ReconcileContext context, ObjectKey key, CancellationToken cancellationToken)
    {
        var metadata = new JsonMap { ["annotations"] = new JsonMap { [DescriptionKey] = DescriptionText } };
        var data = new JsonMap { [File] = pem };
        if (await context.FindAsync(Kinds.ConfigMap, key, cancellationToken).ConfigureAwait(false) is not { } present)
        {
            (metadata["name"], metadata["namespace"]) = (key.Name, key.Namespace);
            await context.Writes.CreateAsync(
                new() { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = metadata, ["data"] = data }, cancellationToken).ConfigureAwait(false);
            return;
        }

        var change = new JsonMap();
        if (JsonDifference.Between(present.ToMap().Map("data") ?? [], data) is { Count: > 0 } difference)
        {
            change["data"] = difference;
        }

        if (!present.Annotations.ContainsKey(DescriptionKey))
        {
            change["metadata"] = metadata;
        }

        if (change.Count > 0)
        {
            await context.Writes.PatchAsync(present, change, cancellationToken, guarded: true).ConfigureAwait(false);
        }
    }
}
