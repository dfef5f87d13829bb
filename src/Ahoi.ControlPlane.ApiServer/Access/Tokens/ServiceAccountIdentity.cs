namespace Ahoi.ControlPlane.ApiServer.Access.Tokens;

/// <summary>Whom a service account token was issued to, and what it lives and dies with.</summary>
/// <param name="Namespace">The account's namespace.</param>
/// <param name="Name">The account's name.</param>
/// <param name="Uid">The account's uid; an account of the same name made later is another one.</param>
internal sealed record ServiceAccountIdentity(string Namespace, string Name, string Uid)
{
    /// <summary>Gets the object the token is bound to, beside the account itself.</summary>
    public BoundObject? Bound { get; init; }

    /// <summary>Gets whom the token is for.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>Gets the token's own id.</summary>
    public string TokenId { get; init; } = "";

    /// <summary>Gets when the token ends.</summary>
    public DateTimeOffset Expires { get; init; }

    public UserInfo ToUser() => new(
        $"system:serviceaccount:{Namespace}:{Name}",
        Uid,
        ["system:serviceaccounts", $"system:serviceaccounts:{Namespace}", UserInfo.AuthenticatedGroup])
    {
        Extra = Extra(),
    };

    private Api.Json.JsonMap Extra()
    {
        var extra = new Api.Json.JsonMap();
        if (Bound is { Kind: "Pod" } pod)
        {
            extra["authentication.kubernetes.io/pod-name"] = new Api.Json.JsonList([pod.Name]);
            extra["authentication.kubernetes.io/pod-uid"] = new Api.Json.JsonList([pod.Uid]);
        }

        return extra;
    }
}
