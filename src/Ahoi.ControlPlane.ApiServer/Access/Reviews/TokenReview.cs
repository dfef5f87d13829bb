using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Access.Tokens;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Access.Reviews;

/// <summary>Answers whose token something is, and for whom it is meant.</summary>
internal sealed class TokenReview(TokenAuthenticator tokens, ServiceAccountAuthenticator accounts) : IVirtualResource
{
    public async ValueTask<JsonMap> CreateAsync(ApiRequest request, JsonMap value)
    {
        var spec = value.EnsureMap("spec");
        if (spec.Text("token") is not { Length: > 0 } token)
        {
            throw ApiErrors.BadRequest("spec.token is required: whose token is to be reviewed?");
        }

        var audiences = spec.List("audiences")?.Texts.ToArray() ?? [];
        value["status"] = await ReviewAsync(token, audiences, request.Aborted).ConfigureAwait(false);
        return value;
    }

    private async ValueTask<JsonMap> ReviewAsync(string token, string[] audiences, CancellationToken cancellationToken)
    {
        var wanted = audiences.Length > 0 ? audiences : [ServiceAccountTokens.Issuer];
        if (await accounts.FindAsync(token, cancellationToken).ConfigureAwait(false) is { } account)
        {
            var common = wanted.Intersect(account.Audiences, StringComparer.Ordinal).ToArray();
            return common.Length > 0
                ? Answer(account.ToUser(), common)
                : Refusal("the token is for others");
        }

        return await tokens.FindAsync(token, cancellationToken).ConfigureAwait(false) is { } user
            ? Answer(user, wanted)
            : Refusal("the token is not valid");
    }

    private static JsonMap Answer(UserInfo user, string[] audiences) => new()
    {
        ["authenticated"] = true,
        ["user"] = UserJson.Write(user),
        ["audiences"] = new JsonList(audiences),
    };

    private static JsonMap Refusal(string why) => new() { ["user"] = new JsonMap(), ["error"] = why };
}
