using System.Net;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>
/// Chooses the endpoint of one Service port for each connection: a ready one with the fewest open connections, in turn
/// among equals; one that still serves although it ends only where no ready one takes the connection. An endpoint that has
/// just refused one comes after the others. A client of a Service with affinity gets the endpoint it had.
/// </summary>
internal sealed class ServiceBackend(TimeProvider time)
{
    private const int RememberedClients = 10_000;
    private static readonly TimeSpan Mistrust = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, (ServiceEndpoint Endpoint, long Used)> _clients = [];
    private ServiceEndpoint[] _ready = [];
    private ServiceEndpoint[] _draining = [];
    private TimeSpan? _affinity;
    private uint _turn;

    /// <summary>Sets the endpoints there are. Those that stay keep what is known of them.</summary>
    /// <param name="endpoints">The endpoints with their state; of one that is named twice the better state counts.</param>
    /// <param name="affinity">For how long a client keeps its endpoint; <see langword="null"/> for not at all.</param>
    public void Update(IEnumerable<(IPEndPoint Address, bool IsReady)> endpoints, TimeSpan? affinity)
    {
        var wanted = new Dictionary<IPEndPoint, bool>();
        foreach (var (address, ready) in endpoints)
        {
            wanted[address] = ready || wanted.GetValueOrDefault(address);
        }

        lock (_gate)
        {
            var known = _ready.Concat(_draining).ToDictionary(e => e.Address);
            _ready = [.. wanted.Where(w => w.Value).Select(w => known.GetValueOrDefault(w.Key) ?? new(w.Key))];
            _draining = [.. wanted.Where(w => !w.Value).Select(w => known.GetValueOrDefault(w.Key) ?? new(w.Key))];
            _affinity = affinity;
            var ready = _ready.ToHashSet();
            foreach (var gone in _clients.Where(c => affinity is null || !ready.Contains(c.Value.Endpoint)).Select(c => c.Key).ToList())
            {
                _clients.Remove(gone);
            }
        }
    }

    /// <summary>Takes an endpoint for a connection or a request; it is to be given back.</summary>
    /// <param name="client">Who it is for.</param>
    /// <param name="tried">The endpoints that did not take it.</param>
    /// <returns>The endpoint, or <see langword="null"/> where all were tried.</returns>
    public ServiceEndpoint? Take(IPAddress? client, IReadOnlyCollection<ServiceEndpoint> tried)
    {
        lock (_gate)
        {
            var found = RememberedLocked(client, tried) ?? BestLocked(_ready, tried);
            if (found is not null)
            {
                RememberLocked(client, found);
            }

            found ??= BestLocked(_draining, tried);
            if (found is not null)
            {
                found.Open++;
            }

            return found;
        }
    }

    /// <summary>Gets whether an endpoint is still one of those to choose from.</summary>
    public bool Has(ServiceEndpoint endpoint)
    {
        lock (_gate)
        {
            return _ready.Contains(endpoint) || (_ready.Length == 0 && _draining.Contains(endpoint));
        }
    }

    /// <summary>Gives an endpoint back.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="refused">Whether it did not take the connection.</param>
    public void Release(ServiceEndpoint endpoint, bool refused = false)
    {
        lock (_gate)
        {
            endpoint.Open--;
            if (refused)
            {
                endpoint.RefusedAt = time.GetTimestamp();
            }
        }
    }

    /// <summary>Notes that an endpoint took a connection.</summary>
    public void Accepted(ServiceEndpoint endpoint)
    {
        lock (_gate)
        {
            endpoint.RefusedAt = null;
        }
    }

    private ServiceEndpoint? RememberedLocked(IPAddress? client, IReadOnlyCollection<ServiceEndpoint> tried) =>
        client is not null && _affinity is { } affinity && _clients.TryGetValue(client, out var known)
            && time.GetElapsedTime(known.Used) <= affinity && !tried.Contains(known.Endpoint)
            ? known.Endpoint
            : null;

    private void RememberLocked(IPAddress? client, ServiceEndpoint endpoint)
    {
        if (client is null || _affinity is not { } affinity)
        {
            return;
        }

        if (_clients.Count >= RememberedClients)
        {
            foreach (var old in _clients.Where(c => time.GetElapsedTime(c.Value.Used) > affinity).Select(c => c.Key).DefaultIfEmpty(_clients.First().Key).ToList())
            {
                _clients.Remove(old);
            }
        }

        _clients[client] = (endpoint, time.GetTimestamp());
    }

    private ServiceEndpoint? BestLocked(ServiceEndpoint[] endpoints, IReadOnlyCollection<ServiceEndpoint> tried)
    {
        ServiceEndpoint? best = null;
        var worst = true;
        var from = _turn++;
        for (var at = 0; at < endpoints.Length; at++)
        {
            var endpoint = endpoints[(int)((from + (uint)at) % (uint)endpoints.Length)];
            if (tried.Contains(endpoint))
            {
                continue;
            }

            var mistrusted = endpoint.RefusedAt is { } refused && time.GetElapsedTime(refused) < Mistrust;
            if (best is null || (worst && !mistrusted) || (worst == mistrusted && endpoint.Open < best.Open))
            {
                (best, worst) = (endpoint, mistrusted);
            }
        }

        return best;
    }
}
