using System.Net;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Node.Tests.Network;

/// <summary>An endpoint as a test writes it into a slice.</summary>
internal sealed record TestEndpoint(IPAddress Address, bool Ready = true, bool Serving = true, bool Terminating = false, string? Hostname = null)
{
    public JsonMap ToMap()
    {
        var map = new JsonMap
        {
            ["addresses"] = new JsonList { Address.ToString() },
            ["conditions"] = new JsonMap { ["ready"] = Ready, ["serving"] = Serving, ["terminating"] = Terminating },
        };
        if (Hostname is not null)
        {
            map["hostname"] = Hostname;
        }

        return map;
    }
}
