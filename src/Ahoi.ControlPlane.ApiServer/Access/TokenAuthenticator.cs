using System.Collections.Frozen;
using Ahoi.Api.Errors;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.ApiServer.Access;

/// <summary>Finds out who makes a request from its bearer token. A request without one is anonymous, a wrong one is refused.</summary>
internal sealed class TokenAuthenticator(IEnumerable<TokenUser> tokens)
{
    private readonly FrozenDictionary<string, UserInfo> _users = tokens
        .GroupBy(t => t.Token, StringComparer.Ordinal)
        .ToFrozenDictionary(
            t => t.Key,
            t => new UserInfo(t.Last().Name, t.Last().Uid, [.. t.Last().Groups, UserInfo.AuthenticatedGroup]),
            StringComparer.Ordinal);

    /// <summary>Gets or sets what is asked for tokens that are not in the list: service accounts' own.</summary>
    public Func<string, UserInfo?>? Others { get; set; }

    /// <summary>Authenticates a request.</summary>
    /// <exception cref="ApiException">401 for credentials that nobody knows.</exception>
    public UserInfo Authenticate(HttpRequest request)
    {
        string? header = request.Headers.Authorization;
        if (header is null || !header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return UserInfo.Anonymous;
        }

        var token = header.AsSpan(7).Trim();
        return token.IsEmpty
            ? UserInfo.Anonymous
            : Find(token) ?? throw new ApiException(new(401, StatusReason.Unauthorized, "Unauthorized"));
    }

    /// <summary>Finds whom a token stands for.</summary>
    public UserInfo? Find(ReadOnlySpan<char> token) =>
        _users.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var user) ? user : Others?.Invoke(token.ToString());
}
