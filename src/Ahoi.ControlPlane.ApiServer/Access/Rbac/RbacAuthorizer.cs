namespace Ahoi.ControlPlane.ApiServer.Access.Rbac;

/// <summary>Allows what roles and bindings allow, and cluster administrators everything.</summary>
internal sealed class RbacAuthorizer(RbacSource source) : IAuthorizer
{
    public ValueTask<AccessVerdict> AuthorizeAsync(AccessRequest request, CancellationToken cancellationToken) =>
        request.User.Groups.Contains(UserInfo.MastersGroup)
            ? new(new AccessVerdict(true))
            : JudgeAsync(request, cancellationToken);

    private async ValueTask<AccessVerdict> JudgeAsync(AccessRequest request, CancellationToken cancellationToken)
    {
        var policy = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
        return policy.Allowing(request) is { } binding
            ? new AccessVerdict(true, binding.Explain(request.User))
            : new AccessVerdict(false);
    }
}
