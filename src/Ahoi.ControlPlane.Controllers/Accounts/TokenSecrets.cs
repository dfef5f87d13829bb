using System.Collections.Concurrent;
using System.Text;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Accounts;

/// <summary>
/// Fills Secrets of type <c>kubernetes.io/service-account-token</c> with a token of the account that they name, and deletes
/// them when the account is gone. The token is bound to its Secret and ends with it.
/// </summary>
internal sealed class TokenSecrets(string authorityPem)
{
    private const string AccountName = "kubernetes.io/service-account.name";
    private const string AccountUid = "kubernetes.io/service-account.uid";
    private const long TenYears = 10L * 365 * 24 * 3600;
    private static readonly GroupVersionResource Accounts = new("", "v1", "serviceaccounts");

    private readonly ConcurrentDictionary<ObjectKey, ObjectKey> _accountOf = new();

    /// <summary>Gets the token secrets of an account.</summary>
    public IEnumerable<ObjectKey> Of(RawObject account) => _accountOf.Where(s => s.Value == account.Key).Select(s => s.Key);

    public async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        if (value.Text("type") != "kubernetes.io/service-account-token" || context.Raw.IsBeingDeleted
            || context.Raw.Annotations.GetValueOrDefault(AccountName) is not { } name)
        {
            _accountOf.TryRemove(context.Key, out _);
            return description;
        }

        var key = new ObjectKey(context.Raw.Namespace, name);
        _accountOf[context.Key] = key;

        // Asked of the server, not of the cache: a secret must not go because an account is too new to be known.
        var account = await context.Client.FindAsync(Accounts, key, null, cancellationToken).ConfigureAwait(false);
        if (account is null || (context.Raw.Annotations.GetValueOrDefault(AccountUid) is { } uid && uid != account.Uid))
        {
            _accountOf.TryRemove(context.Key, out _);
            await context.Writes.DeleteAsync(context.Raw, cancellationToken).ConfigureAwait(false);
            return description;
        }

        await FillAsync(value, context, account, cancellationToken).ConfigureAwait(false);
        return description;
    }

    private async Task FillAsync(JsonMap value, ReconcileContext context, RawObject account, CancellationToken cancellationToken)
    {
        var present = value.Map("data") ?? [];
        var data = new JsonMap { ["ca.crt"] = Encode(authorityPem), ["namespace"] = Encode(context.Raw.Namespace!) };
        if (string.IsNullOrEmpty(present.Text("token")))
        {
            data["token"] = Encode(await RequestAsync(context, account, cancellationToken).ConfigureAwait(false));
        }

        var change = new JsonMap();
        foreach (var (file, text) in data)
        {
            if (present.Text(file) != text as string)
            {
                change.EnsureMap("data")[file] = text;
            }
        }

        if (!context.Raw.Annotations.ContainsKey(AccountUid))
        {
            change["metadata"] = new JsonMap { ["annotations"] = new JsonMap { [AccountUid] = account.Uid } };
        }

        if (change.Count > 0)
        {
            await context.Writes.PatchAsync(context.Raw, change, cancellationToken, guarded: true).ConfigureAwait(false);
        }
    }

    private static async Task<string> RequestAsync(ReconcileContext context, RawObject account, CancellationToken cancellationToken)
    {
        var secret = context.Raw;
        var request = new JsonMap
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenRequest",
            ["spec"] = new JsonMap
            {
                ["audiences"] = new JsonList(),
                ["expirationSeconds"] = TenYears,
                ["boundObjectRef"] = new JsonMap { ["apiVersion"] = "v1", ["kind"] = "Secret", ["name"] = secret.Name, ["uid"] = secret.Uid },
            },
        };
        var answer = await context.Client.CreateSubresourceAsync(
            Accounts, account.Key, "token", RequestBody.FromMap(request), null, cancellationToken).ConfigureAwait(false);
        return answer.ToMap().Map("status")?.Text("token")
            ?? throw new ApiException(new(500, StatusReason.InternalError, "The answer to a TokenRequest has no token."));
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
