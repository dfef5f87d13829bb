using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Ahoi.Framework.Observability.Serving;

/// <summary>Who may see the names of objects and of their fields: whoever has the token or, without one, this machine.</summary>
internal static class AccessRule
{
    private const string Scheme = "Bearer ";

    /// <summary>Why a request is refused, or null.</summary>
    public static (HttpStatusCode Code, string Message)? Refusal(HttpContext context, string? token)
    {
        if (token is not null)
        {
            var given = context.Request.Headers.Authorization.ToString();
            return given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && Equal(given[Scheme.Length..], token)
                ? null
                : (HttpStatusCode.Unauthorized, "Show the operator's access token: Authorization: Bearer TOKEN.");
        }

        // A page in a browser can make this machine ask itself, under a name of the page's own.
        var host = context.Request.Host.Host;
        var named = host is "localhost" || IPAddress.TryParse(host.Trim('[', ']'), out _);
        return named && context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from)
            ? null
            : (HttpStatusCode.Forbidden, "Only this machine may ask for causes, unless the operator has an access token.");
    }

    private static bool Equal(string given, string token) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
