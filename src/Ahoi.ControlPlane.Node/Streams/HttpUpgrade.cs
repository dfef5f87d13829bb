using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ahoi.ControlPlane.Node.Streams;

/// <summary>Turns HTTP/1.1 requests into connections of other protocols.</summary>
internal static class HttpUpgrade
{
    private const string KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, section 1.3.

    /// <summary>Gets whether a request asks for a protocol.</summary>
    public static bool Wants(HttpContext http, string protocol) =>
        http.Request.Headers.Upgrade.Any(u => u is not null && u.Contains(protocol, StringComparison.OrdinalIgnoreCase));

    /// <summary>Gets the subprotocols that a WebSocket's client speaks, the best first.</summary>
    public static IEnumerable<string> SubProtocols(HttpContext http) =>
        http.Request.Headers.SecWebSocketProtocol.SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Accepts a WebSocket (RFC 6455).</summary>
    public static async Task<WebSocket> AcceptWebSocketAsync(HttpContext http, string subProtocol)
    {
#pragma warning disable CA5350 // The protocol asks for SHA-1; nothing is protected by it.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(http.Request.Headers.SecWebSocketKey + KeySuffix)));
#pragma warning restore CA5350
        http.Response.Headers.SecWebSocketAccept = accept;
        http.Response.Headers.SecWebSocketProtocol = subProtocol;
        var stream = await AcceptAsync(http, "websocket").ConfigureAwait(false);
        // Not told of the subprotocol: kubectl's for tunnels has a slash, which .NET does not allow in one.
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.FromSeconds(30) });
    }

    /// <summary>Accepts a protocol.</summary>
    public static Task<Stream> AcceptAsync(HttpContext http, string protocol)
    {
        http.Response.Headers.Upgrade = protocol;
        http.Response.Headers.Connection = "Upgrade";
        return http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }
}
