using System.Globalization;
using System.Net;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Webhooks;

/// <summary>Finds where a Service answers: a ready endpoint of its slices, of its Endpoints where there are none, or the
/// host that an ExternalName names.</summary>
internal sealed class ServiceAddress(ObjectFeed feed, ResourceRegistry registry)
{
    /// <summary>Finds an address of a service.</summary>
    /// <exception cref="HttpRequestException">The service is not there, has no such port, or nothing behind it is ready.</exception>
    public async ValueTask<EndPoint> FindAsync(string @namespace, string name, int port, CancellationToken cancellationToken)
    {
        await feed.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        var services = registry.Current.Find("", "v1", "services")!.Storage!; // A built-in resource, as those below.
        if (services.Cache.Find(services.KeyOf(@namespace, name))?.Parse().Map("spec") is not { } spec)
        {
            throw new HttpRequestException($"service \"{name}\" not found");
        }

        if (spec.Text("type") == "ExternalName")
        {
            return new DnsEndPoint(spec.Text("externalName") ?? "", port);
        }

        var served = spec.List("ports")?.Maps.FirstOrDefault(p => p.Integer("port") == port)
            ?? throw new HttpRequestException($"no service port {port.ToString(CultureInfo.InvariantCulture)} found for service \"{name}\"");
        var portName = served.Text("name") ?? "";
        return InSlices(@namespace, name, portName) ?? InEndpoints(@namespace, name, portName)
            ?? throw new HttpRequestException($"no endpoints available for service \"{name}\"");
    }

    private IPEndPoint? InSlices(string @namespace, string name, string port)
    {
        var storage = registry.Current.Find("discovery.k8s.io", "v1", "endpointslices")!.Storage!;
        var slices = storage.Cache.Snapshot($"{storage.Prefix}{@namespace}/", out _)
            .Where(s => s.Labels.TryGetValue("kubernetes.io/service-name", out var service) && service == name).Select(s => s.Parse());
        foreach (var slice in slices)
        {
            var ready = (slice.List("endpoints")?.Maps ?? []).FirstOrDefault(e => e.Map("conditions")?.Flag("ready") != false);
            if (PortOf(slice, port) is { } number && ready?.List("addresses")?.Texts.FirstOrDefault() is { } address && IPAddress.TryParse(address, out var ip))
            {
                return new(ip, number);
            }
        }

        return null;
    }

    private IPEndPoint? InEndpoints(string @namespace, string name, string port)
    {
        var storage = registry.Current.Find("", "v1", "endpoints")!.Storage!;
        foreach (var subset in storage.Cache.Find(storage.KeyOf(@namespace, name))?.Parse().List("subsets")?.Maps ?? [])
        {
            if (PortOf(subset, port) is { } number && subset.List("addresses")?.Maps.FirstOrDefault()?.Text("ip") is { } address && IPAddress.TryParse(address, out var ip))
            {
                return new(ip, number);
            }
        }

        return null;
    }

    private static int? PortOf(JsonMap source, string name) =>
        (int?)(source.List("ports")?.Maps ?? []).FirstOrDefault(p => (p.Text("name") ?? "") == name)?.Integer("port");
}
