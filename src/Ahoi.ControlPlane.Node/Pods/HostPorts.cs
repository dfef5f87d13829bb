using System.Net;
using System.Net.Sockets;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Network.Services;

namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>Listens at the machine's ports that a pod asks for, and passes connections on to the pod.</summary>
internal sealed class HostPorts(NodeServices node)
{
    private readonly Dictionary<(IPEndPoint Address, bool Datagrams), IServiceListener> _listeners = [];

    /// <summary>Begins to listen wherever it does not yet.</summary>
    /// <param name="facts">The pod.</param>
    /// <exception cref="HostPortException">A port cannot be listened at.</exception>
    public void Open(PodFacts facts)
    {
        // On the machine's own network, the programs listen there themselves.
        foreach (var port in facts.Spec.Flag("hostNetwork") == true ? [] : Ports(facts.Spec))
        {
            var address = new IPEndPoint(Address(port.Text("hostIP")), (int)port.Integer("hostPort")!); // It was asked for.
            var datagrams = port.Text("protocol") == "UDP";
            if (port.Text("protocol") is not (null or "TCP" or "UDP"))
            {
                throw new HostPortException($"host port {address.Port} is of the protocol {port.Text("protocol")}, which this node does not serve");
            }

            if (_listeners.ContainsKey((address, datagrams)))
            {
                continue;
            }

            var backend = new ServiceBackend(node.Time);
            backend.Update([(new(IPAddress.Parse(facts.PodAddress), (int)(port.Integer("containerPort") ?? 0)), true)], null);
            try
            {
                _listeners[(address, datagrams)] = datagrams
                    ? DatagramListener.Start(address, backend, node.Time, node.Logger)
                    : ServiceListener.Start(address, backend, node.Time, node.Logger);
            }
            catch (SocketException exception)
            {
                throw new HostPortException($"host port {address} cannot be listened at: {exception.Message}", exception);
            }
        }
    }

    /// <summary>Stops to listen, and cuts the connections there are.</summary>
    public async Task CloseAsync()
    {
        foreach (var listener in _listeners.Values)
        {
            await listener.DisposeAsync().ConfigureAwait(false);
        }

        _listeners.Clear();
    }

    private static IEnumerable<JsonMap> Ports(JsonMap spec) => (spec.List("initContainers")?.Maps ?? []).Where(c => c.Text("restartPolicy") == "Always")
        .Concat(spec.List("containers")?.Maps ?? [])
        .SelectMany(c => c.List("ports")?.Maps ?? []).Where(p => p.Integer("hostPort") is > 0);

    // Not all of the machine's addresses: what runs here is for whoever runs it.
    private static IPAddress Address(string? text) => IPAddress.TryParse(text, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) ? address : IPAddress.Loopback;
}
