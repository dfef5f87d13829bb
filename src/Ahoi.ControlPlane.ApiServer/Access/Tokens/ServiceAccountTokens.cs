using System.Security.Cryptography;
using Ahoi.Api.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Ahoi.ControlPlane.ApiServer.Access.Tokens;

/// <summary>Issues and checks service account tokens: JWTs with the claims of Kubernetes' bound tokens, signed with ES256.</summary>
internal sealed class ServiceAccountTokens
{
    /// <summary>The issuer, and the audience of tokens for the API server itself.</summary>
    public const string Issuer = "https://kubernetes.default.svc";

    private const string KubernetesClaim = "kubernetes.io";
    private static readonly string[] BoundKinds = ["Pod", "Secret", "Node"];

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };
    private readonly SigningCredentials _signing;
    private readonly TimeProvider _time;

    public ServiceAccountTokens(ECDsa key, TimeProvider time)
    {
        _time = time;
        _signing = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = IdOf(key) }, SecurityAlgorithms.EcdsaSha256);
    }

    /// <summary>Gets the id of a key: a hash of its public half.</summary>
    public static string IdOf(ECDsa key) => Base64UrlEncoder.Encode(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    /// <summary>Issues a token.</summary>
    /// <param name="identity">Whom it is for; its expiry counts, its id is made anew.</param>
    /// <returns>The token.</returns>
    public string Issue(ServiceAccountIdentity identity)
    {
        var now = _time.GetUtcNow();
        var account = new Dictionary<string, object> { ["name"] = identity.Name, ["uid"] = identity.Uid };
        var kubernetes = new Dictionary<string, object> { ["namespace"] = identity.Namespace, ["serviceaccount"] = account };
        if (identity.Bound is { } bound)
        {
            kubernetes[bound.Kind.ToLowerInvariant()] = new Dictionary<string, object> { ["name"] = bound.Name, ["uid"] = bound.Uid };
        }

        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = identity.Expires.UtcDateTime,
            SigningCredentials = _signing,
            Claims = new Dictionary<string, object>
            {
                ["aud"] = identity.Audiences.ToArray(),
                ["sub"] = $"system:serviceaccount:{identity.Namespace}:{identity.Name}",
                ["jti"] = Guid.NewGuid().ToString(),
                [KubernetesClaim] = kubernetes,
            },
        };
        return _handler.CreateToken(descriptor);
    }

    /// <summary>Gets whether a bearer token looks like one of these, so that others need not be tried.</summary>
    /// <param name="token">The bearer token.</param>
    public static bool LooksLikeOne(string token) => token.Count(c => c == '.') == 2;

    /// <summary>
    /// Checks a token's signature, issuer and times. Whether the account, and what the token is bound to, still exist
    /// is the caller's to find out.
    /// </summary>
    /// <param name="token">The bearer token.</param>
    /// <returns>Whom it was issued to, or <see langword="null"/> where it is not valid.</returns>
    public async ValueTask<ServiceAccountIdentity?> ReadAsync(string token)
    {
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            IssuerSigningKey = _signing.Key,
            ValidateAudience = false,
            LifetimeValidator = (notBefore, expires, _, _) =>
                expires > _time.GetUtcNow().UtcDateTime && (notBefore is null || notBefore <= _time.GetUtcNow().UtcDateTime.AddSeconds(1)),
        }).ConfigureAwait(false);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt
            || !jwt.TryGetPayloadValue<System.Text.Json.JsonElement>(KubernetesClaim, out var claim))
        {
            return null;
        }

        var kubernetes = JsonTree.ParseMap(claim.GetRawText());
        if (kubernetes.Text("namespace") is not { } @namespace
            || kubernetes.At("serviceaccount", "name") is not string name
            || kubernetes.At("serviceaccount", "uid") is not string uid)
        {
            return null;
        }

        return new ServiceAccountIdentity(@namespace, name, uid)
        {
            Bound = BoundKinds
                .Select(kind => kubernetes.Map(kind.ToLowerInvariant()) is { } bound ? new BoundObject(kind, bound.Text("name") ?? "", bound.Text("uid") ?? "") : null)
                .FirstOrDefault(b => b is not null),
            Audiences = [.. jwt.Audiences],
            TokenId = jwt.Id,
            Expires = new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero),
        };
    }
}
