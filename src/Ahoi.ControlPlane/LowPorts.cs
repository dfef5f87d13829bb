using System.Net;
using System.Net.Sockets;

namespace Ahoi.ControlPlane;

/// <summary>Finds out whether this process may listen at ports below 1024, which takes root, a capability, or a setting of
/// the machine.</summary>
internal static class LowPorts
{
    private const int Https = 443;

    public static bool MayListen(IPAddress address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, Https));
            return true;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode != SocketError.AccessDenied; // In use is no question of rights.
        }
    }
}
