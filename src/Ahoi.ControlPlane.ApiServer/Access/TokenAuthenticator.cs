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
    public Func<string, CancellationToken, ValueTask<UserInfo?>>? Others { get; set; }

    /// <summary>Authenticates a request.</summary>
    /// <exception cref="ApiException">401 for credentials that nobody knows.</exception>
    public async ValueTask<UserInfo> AuthenticateAsync(HttpRequest request)
    {
        string? header = request.Headers.Authorization;
        if (header is null || !header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return UserInfo.Anonymous;
        }

        var token = header[7..].Trim();
        return token.Length == 0
            ? UserInfo.Anonymous
            : await FindAsync(token, request.HttpContext.RequestAborted).ConfigureAwait(false) ?? throw new ApiException(new(401, StatusReason.Unauthorized, "Unauthorized"));
    }

    /// <summary>Finds whom a token stands for.</summary>
    public ValueTask<UserInfo?> FindAsync(string token, CancellationToken cancellationToken) =>
        _users.TryGetValue(token, out var user) ? new(user)
        : Others is { } others ? others(token, cancellationToken)
        : default;
}
