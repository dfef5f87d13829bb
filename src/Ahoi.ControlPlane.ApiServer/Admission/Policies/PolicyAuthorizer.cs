using Ahoi.Cel;
using Ahoi.ControlPlane.ApiServer.Access;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>Lets expressions ask what the requesting user, or a service account, may do.</summary>
internal sealed class PolicyAuthorizer(IAuthorizer authorizer, UserInfo user) : ICelAuthorizer
{
    /// <inheritdoc/>
    public CelAuthorizerDecision Check(CelAuthorizerQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var who = query.ServiceAccount is { } account
            ? new UserInfo(
                $"system:serviceaccount:{account.Namespace}:{account.Name}",
                "",
                ["system:serviceaccounts", $"system:serviceaccounts:{account.Namespace}", UserInfo.AuthenticatedGroup])
            : user;
        var access = new AccessRequest
        {
            User = who,
            Verb = query.Verb,
            Path = query.Path,
            Group = query.Group,
            Resource = query.Resource,
            Subresource = query.Subresource,
            Namespace = query.Namespace,
            Name = query.Name,
        };

        // Expressions are evaluated at one go; the rights they ask for are in memory.
        var answer = authorizer.AuthorizeAsync(access, CancellationToken.None);
        var verdict = answer.IsCompletedSuccessfully ? answer.Result : answer.AsTask().GetAwaiter().GetResult();
        return new(verdict.Allowed, verdict.Reason);
    }
}
