using System.Collections.Concurrent;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Services;

/// <summary>The services that select pods: a pod that changes may concern any in its namespace, a node that appears any at all.</summary>
internal sealed class ServiceIndex
{
    private readonly ConcurrentDictionary<ObjectKey, bool> _services = new();
    private readonly ConcurrentDictionary<string, bool> _nodes = new(StringComparer.Ordinal);

    public void Note(ObjectKey service, bool selects) => _ = selects ? _services.TryAdd(service, true) : _services.TryRemove(service, out _);

    public IEnumerable<ObjectKey> OfPod(RawObject pod) => _services.Keys.Where(s => s.Namespace == pod.Namespace);

    /// <summary>Gets every service when a node is new; what nodes say of themselves all the time is nothing to services.</summary>
    public IEnumerable<ObjectKey> OfNode(RawObject node) => _nodes.TryAdd(node.Uid, true) ? _services.Keys : [];
}
