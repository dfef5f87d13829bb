using System.Collections.Concurrent;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Access.Tokens;

/// <summary>Finds the service account of a token, as long as the account, and what the token is bound to, are still there.</summary>
internal sealed class ServiceAccountAuthenticator(ServiceAccountTokens tokens, ObjectFeed feed, ResourceRegistry registry, TimeProvider time)
{
    private const int MostRemembered = 1000;

    // Checking a signature costs far more than looking a token up, and clients send the same one again and again.
    private readonly ConcurrentDictionary<string, ServiceAccountIdentity> _checked = new(StringComparer.Ordinal);

    /// <summary>Authenticates a bearer token for the API server itself.</summary>
    /// <returns>The account as a user, or <see langword="null"/>.</returns>
    public async ValueTask<UserInfo?> AuthenticateAsync(string token, CancellationToken cancellationToken) =>
        await FindAsync(token, cancellationToken).ConfigureAwait(false) is { } identity && identity.Audiences.Contains(ServiceAccountTokens.Issuer)
            ? identity.ToUser()
            : null;

    /// <summary>Finds whom a token was issued to, whatever it is for.</summary>
    public async ValueTask<ServiceAccountIdentity?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (!ServiceAccountTokens.LooksLikeOne(token))
        {
            return null;
        }

        if (!_checked.TryGetValue(token, out var identity) || identity.Expires <= time.GetUtcNow())
        {
            identity = await tokens.ReadAsync(token).ConfigureAwait(false);
            if (identity is null)
            {
                return null;
            }

            if (_checked.Count >= MostRemembered)
            {
                _checked.Clear();
            }

            _checked[token] = identity;
        }

        await feed.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        var alive = Exists("serviceaccounts", identity.Namespace, identity.Name, identity.Uid)
            && (identity.Bound is not { } bound || Exists(Plural(bound.Kind), bound.Kind == "Node" ? "" : identity.Namespace, bound.Name, bound.Uid));
        return alive ? identity : null;
    }

    private static string Plural(string kind) => kind.ToLowerInvariant() + "s";

    private bool Exists(string plural, string @namespace, string name, string uid) =>
        registry.Current.Find("", "v1", plural)?.Storage is { } storage
        && storage.Cache.Find(storage.KeyOf(@namespace, name)) is { } found
        && found.Field("metadata.uid") == uid;
}
