namespace Ahoi.ControlPlane.ApiServer.Access;

/// <summary>Allows cluster administrators everything and everybody else what needs no rights: health and version.</summary>
internal sealed class OpenAuthorizer : IAuthorizer
{
    public ValueTask<AccessVerdict> AuthorizeAsync(AccessRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new AccessVerdict(
            request.User.Groups.Contains(UserInfo.MastersGroup, StringComparer.Ordinal) || IsPublic(request)));

    private static bool IsPublic(AccessRequest request) => request.Path is { } path && request.Verb == "get"
        && (path is "/healthz" or "/livez" or "/readyz" or "/version" or "/version/"
            || path.StartsWith("/healthz/", StringComparison.Ordinal)
            || path.StartsWith("/livez/", StringComparison.Ordinal)
            || path.StartsWith("/readyz/", StringComparison.Ordinal));
}
