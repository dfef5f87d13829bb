using System.Net;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>What the network needs to know of an endpoint slice.</summary>
/// <param name="Service">The Service whose endpoints these are.</param>
/// <param name="Ports">The TCP and UDP ports of all endpoints, by the name the Service has for them.</param>
/// <param name="Endpoints">The endpoints.</param>
internal sealed record SliceView(ObjectKey Service, IReadOnlyDictionary<string, int> Ports, IReadOnlyList<SliceEndpoint> Endpoints)
{
    private const string ServiceName = "kubernetes.io/service-name";

    /// <summary>Reads a slice; one of no Service, or of names instead of addresses, is none.</summary>
    public static SliceView? Read(RawObject raw)
    {
        if (raw.IsBeingDeleted || raw.Labels.GetValueOrDefault(ServiceName) is not { Length: > 0 } service)
        {
            return null;
        }

        var map = raw.ToMap();
        if (map.Text("addressType") == "FQDN")
        {
            return null;
        }

        var ports = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var port in (map.List("ports")?.Maps ?? []).Where(p => p.Text("protocol") is null or "TCP" or "UDP"))
        {
            if (port.Integer("port") is { } number)
            {
                ports[port.Text("name") ?? ""] = (int)number;
            }
        }

        return new(new(raw.Namespace, service), ports, [.. (map.List("endpoints")?.Maps ?? []).Select(Endpoint).OfType<SliceEndpoint>()]);
    }

    /// <summary>Reads an endpoint. What is not said counts as ready, serving as ready, and not terminating. Its addresses are
    /// as good as one another, so the first serves.</summary>
    private static SliceEndpoint? Endpoint(JsonMap endpoint)
    {
        if (!IPAddress.TryParse(endpoint.List("addresses")?.Texts.FirstOrDefault(), out var address))
        {
            return null;
        }

        var conditions = endpoint.Map("conditions") ?? [];
        var ready = conditions.Flag("ready") ?? true;
        return new(address, ready, (conditions.Flag("serving") ?? ready) && conditions.Flag("terminating") == true, endpoint.Text("hostname"));
    }
}
