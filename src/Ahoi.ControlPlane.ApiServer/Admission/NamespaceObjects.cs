using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Admission;

/// <summary>Reads what admission judges by: the built-in objects of a namespace, or of the cluster, as they are now.</summary>
internal sealed class NamespaceObjects(ObjectFeed feed, ResourceRegistry registry)
{
    /// <summary>Lists the objects of a built-in resource.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="plural">Its name.</param>
    /// <param name="namespace">The namespace, or <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IReadOnlyList<JsonMap>> ListAsync(string group, string plural, string? @namespace, CancellationToken cancellationToken)
    {
        var storage = registry.Current.Find(group, "v1", plural)!.Storage!; // A built-in resource.
        await feed.CatchUpAsync(storage, cancellationToken).ConfigureAwait(false);
        var prefix = @namespace is null ? storage.Prefix : $"{storage.Prefix}{@namespace}/";
        var found = storage.Cache.Snapshot(prefix, out _);
        return found.Count == 0 ? [] : [.. found.Select(o => o.Parse())];
    }
}
