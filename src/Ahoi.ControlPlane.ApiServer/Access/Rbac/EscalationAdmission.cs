using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Admission;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Access.Rbac;

/// <summary>Keeps people from giving away rights they lack: by a role unless they may escalate it, by a binding unless they may bind its role.</summary>
internal sealed class EscalationAdmission(IAuthorizer authorizer, RbacSource source) : IAdmission
{
    private const string Group = "rbac.authorization.k8s.io";

    public async ValueTask ValidateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        var request = write.Request;
        if (request.Resource.Group != Group || write.Value is not { } value || request.User.Groups.Contains(UserInfo.MastersGroup))
        {
            return;
        }

        switch (request.Resource.Kind)
        {
            case "Role" or "ClusterRole":
                await CheckRoleAsync(write, value, cancellationToken).ConfigureAwait(false);
                break;
            case "RoleBinding" or "ClusterRoleBinding":
                await CheckBindingAsync(write, value, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private async ValueTask CheckRoleAsync(AdmissionWrite write, JsonMap role, CancellationToken cancellationToken)
    {
        var sameRules = write.Old is { } old
            && JsonTree.Equals(old["rules"], role["rules"]) && JsonTree.Equals(old["aggregationRule"], role["aggregationRule"]);
        if (sameRules || await MayAsync(write.Request, "escalate", write.Request.Resource.Plural, write.Name, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var wanted = role.ContainsKey("aggregationRule")
            // Whatever comes to match the selectors would be given away.
            ? [new PolicyRule { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] }, new PolicyRule { Verbs = ["*"], NonResourceUrls = ["*"] }]
            : PolicyRule.ReadAll(role);
        await RequireCoveredAsync(write, wanted, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask CheckBindingAsync(AdmissionWrite write, JsonMap binding, CancellationToken cancellationToken)
    {
        var request = write.Request;
        if (write.Old is { } old && JsonTree.Equals(old["subjects"], binding["subjects"]) && JsonTree.Equals(old["roleRef"], binding["roleRef"]))
        {
            return;
        }

        var reference = RoleBinding.Read(binding);
        var plural = reference.RoleKind == "Role" ? "roles" : "clusterroles";
        if (await MayAsync(request, "bind", plural, reference.RoleName, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var policy = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
        var roleNamespace = reference.RoleKind == "Role" ? request.Namespace : "";
        if (!policy.HasRole(roleNamespace, reference.RoleName))
        {
            throw ApiErrors.NotFound(request.Resource.Resource, reference.RoleName);
        }

        await RequireCoveredAsync(write, policy.RoleRules(roleNamespace, reference.RoleName), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RequireCoveredAsync(AdmissionWrite write, IEnumerable<PolicyRule> wanted, CancellationToken cancellationToken)
    {
        var request = write.Request;
        var policy = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
        var lacking = PolicyRule.Uncovered([.. policy.RulesOf(request.User, request.Namespace)], wanted);
        if (lacking.Count > 0)
        {
            throw ApiErrors.Forbidden(
                request.Resource.Resource,
                write.Name,
                $"user \"{request.User.Name}\" would give away rights they do not have: {string.Join(", ", lacking.Select(r => r.ToJson()))}");
        }
    }

    private async ValueTask<bool> MayAsync(ApiRequest request, string verb, string plural, string name, CancellationToken cancellationToken)
    {
        var access = new AccessRequest
        {
            User = request.User, Verb = verb, Group = Group, Resource = plural, Name = name, Namespace = request.Namespace,
        };
        return (await authorizer.AuthorizeAsync(access, cancellationToken).ConfigureAwait(false)).Allowed;
    }
}
