using System.Security.Cryptography;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;

namespace Ahoi.ControlPlane.ApiServer.Access.Tokens;

/// <summary>Tells whoever asks how service account tokens are checked: the provider's configuration and its public keys
/// (OpenID Connect Discovery 1.0, RFC 7517).</summary>
internal sealed class IssuerDiscovery(ECDsa key)
{
    public const string ConfigurationPath = "/.well-known/openid-configuration";
    public const string KeysPath = "/openid/v1/jwks";

    private const string KeySet = "application/jwk-set+json";

    private readonly byte[] _configuration = JsonTree.ToUtf8(new JsonMap
    {
        ["issuer"] = ServiceAccountTokens.Issuer,
        ["jwks_uri"] = ServiceAccountTokens.Issuer + KeysPath,
        ["response_types_supported"] = new JsonList { "id_token" },
        ["subject_types_supported"] = new JsonList { "public" },
        ["id_token_signing_alg_values_supported"] = new JsonList { SecurityAlgorithms.EcdsaSha256 },
    });

    private readonly byte[] _keys = JsonTree.ToUtf8(new JsonMap { ["keys"] = new JsonList { PublicKey(key) } });

    public ValueTask WriteConfigurationAsync(HttpContext http)
    {
        Negotiation.RequireRoute(http.Request.Headers.Accept, watch: false);
        return AnswerWriter.WriteJsonAsync(http, 200, AnswerForm.Json, _configuration);
    }

    public ValueTask WriteKeysAsync(HttpContext http)
    {
        var accept = http.Request.Headers.Accept.ToString();
        var fits = accept.Length == 0 || accept.Split(',').Any(part => part.Split(';')[0].Trim() is KeySet or "*/*");
        return fits
            ? AnswerWriter.WriteJsonAsync(http, 200, AnswerForm.Json, _keys, KeySet)
            : throw ApiErrors.Generic(406, StatusReason.NotAcceptable, $"the keys are served as {KeySet}");
    }

    private static JsonMap PublicKey(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new()
        {
            ["use"] = "sig",
            ["kty"] = "EC",
            ["kid"] = ServiceAccountTokens.IdOf(key),
            ["crv"] = "P-256",
            ["alg"] = SecurityAlgorithms.EcdsaSha256,
            ["x"] = Base64UrlEncoder.Encode(point.X),
            ["y"] = Base64UrlEncoder.Encode(point.Y),
        };
    }
}
