using System.Net;
using System.Net.Sockets;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Makes the API server a Service of its cluster: <c>kubernetes</c> in the namespace <c>default</c>, which pods
/// find it by.</summary>
/// <param name="writer">Writes the objects.</param>
/// <param name="clusterIp">The service's address.</param>
/// <param name="ownPort">Whether the service has the server's port, instead of the usual one.</param>
internal sealed class ServerService(SystemWriter writer, string clusterIp, bool ownPort)
{
    private const string Name = "kubernetes";

    /// <summary>Writes the Service, and its endpoint where the server listens.</summary>
    /// <param name="url">Where it listens, or <see langword="null"/> without a socket: the Service then has no endpoint.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask PublishAsync(Uri? url, CancellationToken cancellationToken)
    {
        var scheme = url?.Scheme ?? Uri.UriSchemeHttps;
        var usual = scheme == Uri.UriSchemeHttps ? 443 : 80;
        var ports = new JsonList
        {
            new JsonMap { ["name"] = scheme, ["port"] = (long)(ownPort && url is not null ? url.Port : usual), ["protocol"] = "TCP", ["targetPort"] = (long)(url?.Port ?? usual) },
        };
        var service = New("v1", "Service", new() { ["component"] = "apiserver", ["provider"] = Name });
        service["spec"] = new JsonMap
        {
            ["type"] = "ClusterIP",
            ["clusterIP"] = clusterIp,
            ["ipFamilyPolicy"] = "SingleStack",
            ["ports"] = ports,
            ["sessionAffinity"] = "None",
        };
        await writer.PutAsync(service, cancellationToken, stored => stored.EnsureMap("spec")["ports"] = ports.DeepClone()).ConfigureAwait(false);
        await PublishEndpointAsync(url, scheme, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask PublishEndpointAsync(Uri? url, string scheme, CancellationToken cancellationToken)
    {
        var address = Reachable(url);
        var ports = new JsonList();
        if (url is not null)
        {
            ports.Add(new JsonMap { ["name"] = scheme, ["port"] = (long)url.Port, ["protocol"] = "TCP" });
        }

        var endpoints = New("v1", "Endpoints", new() { ["endpointslice.kubernetes.io/skip-mirror"] = "true" });
        endpoints["subsets"] = address is null
            ? new JsonList()
            : new JsonList { new JsonMap { ["addresses"] = new JsonList { new JsonMap { ["ip"] = address.ToString() } }, ["ports"] = ports } };
        await writer.PutAsync(endpoints, cancellationToken).ConfigureAwait(false);

        // A slice has one family of addresses for good, so that a server that changes it needs another.
        var six = address?.AddressFamily == AddressFamily.InterNetworkV6;
        await PutSliceAsync(Name, "IPv4", six ? null : address, ports, cancellationToken).ConfigureAwait(false);
        await PutSliceAsync(Name + "-ipv6", "IPv6", six ? address : null, ports, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask PutSliceAsync(string name, string family, IPAddress? address, JsonList ports, CancellationToken cancellationToken)
    {
        var slice = New("discovery.k8s.io/v1", "EndpointSlice", new() { ["kubernetes.io/service-name"] = Name });
        slice.EnsureMap("metadata")["name"] = name;
        slice["addressType"] = family;
        slice["ports"] = ports.DeepClone();
        slice["endpoints"] = address is null
            ? new JsonList()
            : new JsonList { new JsonMap { ["addresses"] = new JsonList { address.ToString() }, ["conditions"] = new JsonMap { ["ready"] = true } } };
        return address is null && name != Name && !writer.Has(slice) ? default : writer.PutAsync(slice, cancellationToken);
    }

    /// <summary>Gets the address that reaches the server from this machine: one that stands for all is not one to call.</summary>
    private static IPAddress? Reachable(Uri? url)
    {
        if (url is null)
        {
            return null;
        }

        var address = IPAddress.TryParse(url.Host.Trim('[', ']'), out var given) ? given : IPAddress.Loopback;
        return address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;
    }

    private static JsonMap New(string version, string kind, JsonMap labels) => new()
    {
        ["apiVersion"] = version,
        ["kind"] = kind,
        ["metadata"] = new JsonMap { ["name"] = Name, ["namespace"] = "default", ["labels"] = labels },
    };
}
