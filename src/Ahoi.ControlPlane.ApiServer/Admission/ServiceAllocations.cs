using Ahoi.Api.Errors;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Kinds.Networking;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Admission;

/// <summary>Gives services their cluster addresses and node ports. What deleted services held is found in the feed and becomes free.</summary>
#pragma warning disable CA1001 // The semaphore has no wait handle, and lives as long as the server.
internal sealed class ServiceAllocations(ObjectFeed feed, ResourceRegistry registry, ServiceAddresses addresses) : IAdmission
#pragma warning restore CA1001
{
    private const int BatchSize = 1000;

    private readonly SemaphoreSlim _following = new(1);
    private long _seen = -1;

    public async ValueTask MutateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        var request = write.Request;
        if (request.Resource.Group.Length > 0 || request.Resource.Kind != "Service" || request.Subresource is not null || write.Value is not { } service)
        {
            return;
        }

        await FollowAsync(cancellationToken).ConfigureAwait(false);
        if (write.Old is { } old)
        {
            // What an update leaves out of its addresses it keeps, before anything new is handed out.
            request.Resource.Strategy.PrepareUpdate(service, old, "");
        }

        var errors = new FieldErrors();
        var allocation = addresses.Allocate(service, write.Old, errors);
        write.Reservations.Add(allocation.Keep, allocation);
        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(request.Resource.GroupVersionKind, write.Name, errors);
        }
    }

    private async ValueTask FollowAsync(CancellationToken cancellationToken)
    {
        await feed.CatchUpAsync(registry.Current.Find("", "v1", "services")!.Storage!, cancellationToken).ConfigureAwait(false); // A built-in resource.
        await _following.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var cache = registry.Current.Find("", "v1", "services")!.Storage!.Cache; // A built-in resource.
            var events = new List<CachedEvent>();
            do
            {
                events.Clear();
                if (_seen < 0 || cache.Read(_seen, events, BatchSize, out _) != ReadResult.Read)
                {
                    foreach (var stored in cache.Snapshot(cache.Prefix, out var revision))
                    {
                        addresses.Restore(stored.Parse());
                        _seen = revision;
                    }

                    _seen = Math.Max(_seen, 0);
                    return;
                }

                foreach (var change in events)
                {
                    if (change.After is null)
                    {
                        addresses.Release(change.Before!.Parse());
                    }

                    _seen = change.Revision;
                }
            }
            while (events.Count == BatchSize);
        }
        finally
        {
            _following.Release();
        }
    }
}
