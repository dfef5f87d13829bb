using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>The Services of the cluster and their endpoints as they are now; what several threads read is replaced whole.</summary>
internal sealed class ServiceTable(TimeProvider time)
{
    private volatile Dictionary<ObjectKey, ServiceEntry> _current = [];

    public IReadOnlyDictionary<ObjectKey, ServiceEntry> Current => _current;

    /// <summary>Takes over what there is. A port's backend is the same object as long as its Service and its name stay.</summary>
    public void Update(IReadOnlyList<ServiceView> services, IReadOnlyList<SliceView> slices)
    {
        var slicesOf = slices.ToLookup(s => s.Service);
        var next = new Dictionary<ObjectKey, ServiceEntry>(services.Count);
        foreach (var service in services)
        {
            var known = _current.TryGetValue(service.Key, out var entry) && entry.Service.Raw.Uid == service.Raw.Uid ? entry.Backends : null;
            SliceView[] own = [.. slicesOf[service.Key]];
            var backends = new Dictionary<string, ServiceBackend>(StringComparer.Ordinal);
            foreach (var port in service.Ports.Where(p => p.Protocol is "TCP" or "UDP"))
            {
                var backend = known?.GetValueOrDefault(port.Name) ?? new(time);
                backend.Update(ServiceEntry.EndpointsOf(own, port.Name), service.Affinity);
                backends[port.Name] = backend;
            }

            next[service.Key] = new(service, own, backends);
        }

        _current = next;
    }
}
