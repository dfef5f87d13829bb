using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Access;

/// <summary>Who makes a request.</summary>
/// <param name="Name">The user name, as in <c>admin</c> or <c>system:serviceaccount:ns:name</c>.</param>
/// <param name="Uid">What tells users of one name apart over time; may be empty.</param>
/// <param name="Groups">The groups the user is in.</param>
internal sealed record UserInfo(string Name, string Uid, IReadOnlyList<string> Groups)
{
    public const string AnonymousName = "system:anonymous";
    public const string MastersGroup = "system:masters";
    public const string AuthenticatedGroup = "system:authenticated";
    public const string UnauthenticatedGroup = "system:unauthenticated";

    /// <summary>Who came without credentials.</summary>
    public static readonly UserInfo Anonymous = new(AnonymousName, "", [UnauthenticatedGroup]);

    /// <summary>Gets whatever else the authenticator knows: lists of strings by key.</summary>
    public JsonMap Extra { get; init; } = [];
}
