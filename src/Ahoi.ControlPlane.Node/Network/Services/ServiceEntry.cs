using System.Net;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>A Service, its endpoints, and for each of its TCP and UDP ports what chooses among them.</summary>
/// <param name="Service">The Service.</param>
/// <param name="Slices">Its endpoint slices.</param>
/// <param name="Backends">The choosers, by the port's name.</param>
internal sealed record ServiceEntry(ServiceView Service, IReadOnlyList<SliceView> Slices, IReadOnlyDictionary<string, ServiceBackend> Backends)
{
    /// <summary>Gets where a port is served, and whether it is ready there; what is neither ready nor draining is left out.</summary>
    public static IEnumerable<(IPEndPoint Address, bool IsReady)> EndpointsOf(IEnumerable<SliceView> slices, string port)
    {
        foreach (var slice in slices)
        {
            if (slice.Ports.TryGetValue(port, out var number))
            {
                foreach (var endpoint in slice.Endpoints.Where(e => e.IsReady || e.IsDraining))
                {
                    yield return (new(endpoint.Address, number), endpoint.IsReady);
                }
            }
        }
    }
}
