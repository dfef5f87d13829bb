using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Ahoi.Dashboard.Serving;

/// <summary>
/// Who may ask. A page of anywhere can make a browser send requests to this machine, under a name of its own too; such
/// requests are told by their Host and Origin. Other users of this machine are told by the token, which only a header
/// brings: a cookie would go to every port of this address.
/// </summary>
internal sealed class RequestGuard(string token)
{
    /// <summary>The WebSocket's protocol, and what the token begins with among the protocols a browser offers: it lets pages set no other header there.</summary>
    public const string SocketProtocol = "ahoi.watch";
    public const string SocketTokenPrefix = "ahoi.token.";

    private const string Scheme = "Bearer ";

    private readonly byte[] _token = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Why nobody is answered who asks like this, or null.</summary>
    public static (HttpStatusCode Code, string Message)? Stranger(HttpContext http)
    {
        var request = http.Request;
        if (!HttpMethods.IsGet(request.Method))
        {
            return (HttpStatusCode.MethodNotAllowed, "Only GET is answered here: the dashboard changes nothing.");
        }

        var host = request.Host;
        var named = host.Host is "localhost" || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
        if (!named || (host.Port ?? 80) != http.Connection.LocalPort)
        {
            return (HttpStatusCode.MisdirectedRequest, $"This is not {host}: open the dashboard by the URL it was started with.");
        }

        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !string.Equals(origin, $"http://{host}", StringComparison.OrdinalIgnoreCase))
        {
            return (HttpStatusCode.Forbidden, $"Pages of {origin} may not ask here.");
        }

        return null;
    }

    /// <summary>Why the cluster is not shown to whoever asks like this, or null.</summary>
    public (HttpStatusCode Code, string Message)? Unknown(HttpContext http)
    {
        if (http.Request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site && site is not ("same-origin" or "none"))
        {
            return (HttpStatusCode.Forbidden, "Other pages may not ask here.");
        }

        var given = http.Request.Headers.Authorization.ToString() is { Length: > 0 } header && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? header[Scheme.Length..]
            : http.WebSockets.IsWebSocketRequest
                ? http.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(p => p.StartsWith(SocketTokenPrefix, StringComparison.Ordinal))?[SocketTokenPrefix.Length..]
                : null;
        return given is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), _token)
            ? null
            : (HttpStatusCode.Unauthorized, "Show the dashboard's token: open it by the URL it was started with.");
    }
}
