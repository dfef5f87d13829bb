using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Rbac;

/// <summary>Role bindings and cluster role bindings.</summary>
internal sealed class RoleBindingStrategy : KindStrategy
{
    private const string Group = "rbac.authorization.k8s.io";

    private readonly bool _namespaced;

    public RoleBindingStrategy(bool namespaced)
    {
        _namespaced = namespaced;
        AllowsCreateOnUpdate = true;
        NameFormat = NameFormat.PathSegment;
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        value.EnsureMap("roleRef").Default("apiGroup", Group);
        foreach (var subject in value.Maps("subjects"))
        {
            if (subject.Text("kind") is "User" or "Group")
            {
                subject.Default("apiGroup", Group);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        var role = root["roleRef"];
        role["apiGroup"].OneOf(Group);
        if (_namespaced)
        {
            role["kind"].OneOf("ClusterRole", "Role");
        }
        else
        {
            role["kind"].OneOf("ClusterRole");
        }

        role["name"].RequiredAnd(Names.PathSegment);
        foreach (var subject in root["subjects"].Items)
        {
            Subject(subject);
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var role = Field.Root(value, errors)["roleRef"];
        if (!JsonTree.Equals(role.Value, old["roleRef"]))
        {
            role.Invalid("cannot change roleRef");
        }
    }

    private void Subject(Field subject)
    {
        subject["name"].MustExist();
        switch (subject["kind"].Text)
        {
            case "ServiceAccount":
                subject["name"].MustIfSet(Names.Subdomain);
                if (subject["apiGroup"].Text.Length > 0)
                {
                    subject["apiGroup"].NotSupported("");
                }

                if (!_namespaced)
                {
                    subject["namespace"].MustExist();
                }

                break;
            case "User" or "Group":
                subject["apiGroup"].OneOf(Group);
                break;
            default:
                subject["kind"].NotSupported("Group", "ServiceAccount", "User");
                break;
        }
    }
}
