using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Changes of stored objects that the server makes itself, past the rules for clients: bindings, budgets of evictions.</summary>
internal static class StoredChange
{
    private const int Attempts = 10;

    /// <summary>Changes an object, again and again while others are faster.</summary>
    /// <param name="parts">The server.</param>
    /// <param name="resource">The object's resource.</param>
    /// <param name="namespace">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="change">Changes the object in place, or throws to refuse.</param>
    /// <param name="dryRun">Whether nothing is stored.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The object after the change, or <see langword="null"/> where there is none.</returns>
    public static async ValueTask<JsonMap?> MakeAsync(
        ServerParts parts, ServedResource resource, string @namespace, string name, Action<JsonMap> change, bool dryRun, CancellationToken cancellationToken)
    {
        var key = resource.Storage!.KeyOf(resource.Namespaced ? @namespace : null, name);
        for (var attempt = 1; ; attempt++)
        {
            if (await parts.Store.GetAsync(key, cancellationToken).ConfigureAwait(false) is not { } stored)
            {
                return null;
            }

            var value = await StoredForm.ReadAsync(resource, stored, cancellationToken).ConfigureAwait(false);
            change(value);
            if (dryRun)
            {
                return value;
            }

            var bytes = await StoredForm.EncodeAsync(resource, value, cancellationToken).ConfigureAwait(false);
            if ((await parts.Store.UpdateAsync(key, bytes, stored.Revision, cancellationToken).ConfigureAwait(false)).Succeeded)
            {
                return value;
            }

            if (attempt == Attempts)
            {
                throw ApiErrors.Stale(resource.Resource, name);
            }
        }
    }
}
