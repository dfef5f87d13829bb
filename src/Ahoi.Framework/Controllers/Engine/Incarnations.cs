using System.Runtime.ExceptionServices;
using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>Tells why a delete met a conflict.</summary>
internal static class Incarnations
{
    /// <summary>Returns where another object has the name by now, or none: the one that was meant is gone. A conflict for another
    /// reason – an admission webhook's, say – is thrown on, as the object is still to be deleted.</summary>
    public static async Task RequireGoneAsync(ApiClient client, GroupVersionResource resource, RawObject value, ApiException conflict, CancellationToken cancellationToken)
    {
        var live = await client.FindAsync(resource, value.Key, new() { MetadataOnly = true }, cancellationToken).ConfigureAwait(false);
        if (live?.Uid == value.Uid)
        {
            ExceptionDispatchInfo.Throw(conflict);
        }
    }
}
