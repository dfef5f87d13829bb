using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Access.Rbac;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Access.Reviews;

/// <summary>Lists what somebody may do in a namespace: <c>kubectl auth can-i --list</c>.</summary>
internal sealed class SelfSubjectRulesReview(RbacSource source) : IVirtualResource
{
    public async ValueTask<JsonMap> CreateAsync(ApiRequest request, JsonMap value)
    {
        if (value.At("spec", "namespace") is not string { Length: > 0 } @namespace)
        {
            throw ApiErrors.BadRequest("spec.namespace is required: the rules of which namespace?");
        }

        IEnumerable<PolicyRule> rules = request.User.Groups.Contains(UserInfo.MastersGroup)
            ? [new PolicyRule { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] }, new PolicyRule { Verbs = ["*"], NonResourceUrls = ["*"] }]
            : (await source.ReadAsync(request.Aborted).ConfigureAwait(false)).RulesOf(request.User, @namespace);
        var (resources, paths) = (new JsonList(), new JsonList());
        foreach (var rule in rules)
        {
            (rule.NonResourceUrls.Length > 0 ? paths : resources).Add(rule.ToJson());
        }

        value["spec"] = new JsonMap();
        value["status"] = new JsonMap { ["resourceRules"] = resources, ["nonResourceRules"] = paths, ["incomplete"] = false };
        return value;
    }
}
