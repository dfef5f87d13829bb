using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Rbac;

/// <summary>Roles and cluster roles.</summary>
internal sealed class RoleStrategy : KindStrategy
{
    private readonly bool _namespaced;

    public RoleStrategy(bool namespaced)
    {
        _namespaced = namespaced;
        AllowsCreateOnUpdate = true;
        NameFormat = NameFormat.PathSegment;
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        foreach (var rule in root["rules"].Items)
        {
            Rule(rule);
        }

        var aggregation = root["aggregationRule"];
        if (_namespaced || !aggregation.Has)
        {
            return;
        }

        aggregation["clusterRoleSelectors"].MustExist("at least one clusterRoleSelector required if aggregationRule is non-nil");
        foreach (var selector in aggregation["clusterRoleSelectors"].Items)
        {
            selector.LabelSelector();
            if (!selector.IsSelector())
            {
                selector.Invalid("invalid label selector");
            }
        }
    }

    private void Rule(Field rule)
    {
        rule["verbs"].MustExist("verbs must contain at least one value");
        var urls = rule["nonResourceURLs"];
        if (urls.Count > 0)
        {
            if (_namespaced)
            {
                urls.Invalid("namespaced rules cannot apply to non-resource URLs");
            }

            if (rule["apiGroups"].Count > 0 || rule["resources"].Count > 0 || rule["resourceNames"].Count > 0)
            {
                urls.Invalid("rules cannot apply to both regular resources and non-resource URLs");
            }

            return;
        }

        rule["apiGroups"].MustExist("resource rules must supply at least one api group");
        rule["resources"].MustExist("resource rules must supply at least one resource");
    }
}
