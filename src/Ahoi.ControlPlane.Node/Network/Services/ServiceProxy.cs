using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>
/// Listens at the address and the node port of every TCP and UDP port of a Service. What it should listen at follows from the
/// Services alone; what cannot be listened at is reported and tried again.
/// </summary>
internal sealed class ServiceProxy(TimeProvider time, ILogger<ServiceProxy> logger) : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    private readonly Dictionary<ListenerKey, IServiceListener> _listeners = [];
    private readonly Dictionary<ListenerKey, (TimeSpan Delay, long At)> _failed = [];
    private readonly HashSet<(string Uid, int Port, string Protocol)> _refused = [];

    /// <summary>Makes listeners what they should be. Not for use by several threads at once.</summary>
    /// <param name="services">The Services.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What went wrong, and when it should be tried again; <see langword="null"/> for not before something changes.</returns>
    public async Task<(IReadOnlyList<ServiceFault> Faults, TimeSpan? Again)> ApplyAsync(IEnumerable<ServiceEntry> services, CancellationToken cancellationToken)
    {
        var wanted = new Dictionary<ListenerKey, (ServiceEntry Entry, ServicePort Port)>();
        var faults = new List<ServiceFault>();
        foreach (var entry in services)
        {
            Want(entry, wanted, faults);
        }

        foreach (var (key, listener) in _listeners.Where(l => !wanted.ContainsKey(l.Key)).ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            _listeners.Remove(key);
            await listener.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var key in _failed.Keys.Where(k => !wanted.ContainsKey(k)).ToList())
        {
            _failed.Remove(key);
        }

        foreach (var (key, (entry, port)) in wanted)
        {
            Listen(key, entry, port, faults);
        }

        return (faults, _failed.Count == 0 ? null : Soonest());
    }

    /// <summary>Stops to listen, and cuts all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners.Values)
        {
            await listener.DisposeAsync().ConfigureAwait(false);
        }

        _listeners.Clear();
    }

    private void Want(ServiceEntry entry, Dictionary<ListenerKey, (ServiceEntry Entry, ServicePort Port)> wanted, List<ServiceFault> faults)
    {
        var service = entry.Service;
        foreach (var port in service.Ports)
        {
            if (service.ClusterIp is null)
            {
                continue;
            }

            if (port.Protocol is not ("TCP" or "UDP"))
            {
                if (_refused.Add((service.Raw.Uid, port.Number, port.Protocol)))
                {
                    faults.Add(new(service.Raw, "ProtocolNotSupported", $"Port {port.Number}/{port.Protocol} is not served: only TCP and UDP are."));
                }

                continue;
            }

            wanted[new(service.Raw.Uid, port.Protocol, new(service.ClusterIp, port.Number))] = (entry, port);
            if (port.NodePort > 0)
            {
                wanted[new(service.Raw.Uid, port.Protocol, new(IPAddress.Loopback, port.NodePort))] = (entry, port);
            }
        }
    }

    private void Listen(ListenerKey key, ServiceEntry entry, ServicePort port, List<ServiceFault> faults)
    {
        var backend = entry.Backends[port.Name];
        if (_listeners.TryGetValue(key, out var listener))
        {
            listener.Backend = backend;
            return;
        }

        if (_failed.TryGetValue(key, out var failed) && time.GetTimestamp() < failed.At)
        {
            return;
        }

        try
        {
            _listeners[key] = key.Protocol == "UDP"
                ? DatagramListener.Start(key.Address, backend, time, logger)
                : ServiceListener.Start(key.Address, backend, time, logger);
            _failed.Remove(key);
        }
        catch (SocketException exception)
        {
            var delay = failed.Delay == default ? FirstRetry : failed.Delay * 2 < LongestRetry ? failed.Delay * 2 : LongestRetry;
            _failed[key] = (delay, time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency));
            faults.Add(new(entry.Service.Raw, "ListenFailed", Explain(key.Address, exception)));
        }
    }

    private TimeSpan Soonest()
    {
        var left = time.GetElapsedTime(time.GetTimestamp(), _failed.Values.Min(f => f.At));
        return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
    }

    private static string Explain(IPEndPoint address, SocketException exception)
    {
        var why = exception.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => string.Create(
                CultureInfo.InvariantCulture,
                $"something else listens at port {address.Port}, at this address or at all of them (0.0.0.0). Stop it, or let it listen at an address of its own"),
            SocketError.AccessDenied =>
                "this process may not listen at ports below 1024. Allow it with `sysctl net.ipv4.ip_unprivileged_port_start=0`, or give the Service another port",
            SocketError.AddressNotAvailable =>
                "the address is not this machine's. Make the Service anew, so that it gets one of this cluster's network",
            _ => exception.Message,
        };
        return $"Nothing listens at {address} for this Service: {why}. It is tried again.";
    }
}
