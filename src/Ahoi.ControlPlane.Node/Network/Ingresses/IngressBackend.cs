using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node.Network.Ingresses;

/// <summary>Where an Ingress sends requests: a port of a Service, by its name or its number.</summary>
/// <param name="Service">The Service; <see langword="null"/> for a backend that is no Service, which nothing here serves.</param>
/// <param name="PortName">The port's name, or <see langword="null"/>.</param>
/// <param name="PortNumber">The port's number, or 0.</param>
internal sealed record IngressBackend(ObjectKey? Service, string? PortName, int PortNumber)
{
    public string Port => PortName ?? PortNumber.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static IngressBackend Read(string? @namespace, JsonMap backend)
    {
        var service = backend.Map("service");
        var port = service?.Map("port");
        return new(
            service?.Text("name") is { } name ? new(@namespace, name) : null,
            port?.Text("name") is { Length: > 0 } named ? named : null,
            (int)(port?.Integer("number") ?? 0));
    }
}
