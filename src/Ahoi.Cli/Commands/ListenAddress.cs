using System.Globalization;
using System.Net;

namespace Ahoi.Cli.Commands;

/// <summary>An address and port to listen at, as people write it.</summary>
internal static class ListenAddress
{
    /// <summary>Reads <c>127.0.0.1:6443</c>, <c>[::1]:6443</c>, <c>localhost:6443</c>, or an address alone.</summary>
    public static IPEndPoint? Parse(string text, string option, ushort defaultPort, Action<string> addError)
    {
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        var port = colon < 0 ? defaultPort.ToString(CultureInfo.InvariantCulture) : text[(colon + 1)..];
        var address = host is "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host.Trim('[', ']'), out var parsed) ? parsed : null;
        if (address is null || !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            addError($"'{text}' of {option} is not an address and port; write it as 127.0.0.1:{defaultPort}.");
            return null;
        }

        return new IPEndPoint(address, number);
    }
}
