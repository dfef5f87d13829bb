using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Access.Rbac;

/// <summary>A binding of a role to subjects, in a namespace or for the whole cluster.</summary>
/// <param name="Name">The binding's name.</param>
/// <param name="Namespace">The binding's namespace; empty for a cluster role binding.</param>
/// <param name="RoleKind">ClusterRole or Role.</param>
/// <param name="RoleName">The role's name.</param>
/// <param name="Subjects">Who is bound.</param>
internal sealed record RoleBinding(string Name, string Namespace, string RoleKind, string RoleName, JsonMap[] Subjects)
{
    public static RoleBinding Read(JsonMap binding) => new(
        binding.At("metadata", "name") as string ?? "",
        binding.At("metadata", "namespace") as string ?? "",
        binding.At("roleRef", "kind") as string ?? "",
        binding.At("roleRef", "name") as string ?? "",
        [.. binding.List("subjects")?.Maps ?? []]);

    public bool Binds(UserInfo user) => Array.Exists(Subjects, subject => IsUser(subject, user));

    /// <summary>Says why a user of this binding may do something, in the words of Kubernetes' own authorizer, which tools read.</summary>
    public string Explain(UserInfo user)
    {
        var subject = Array.Find(Subjects, s => IsUser(s, user))!;
        var kind = subject.Text("kind");
        var who = kind == "ServiceAccount" ? $"{subject.Text("name")}/{subject.Text("namespace") ?? Namespace}" : subject.Text("name");
        var binding = Namespace.Length == 0 ? $"ClusterRoleBinding \"{Name}\"" : $"RoleBinding \"{Name}/{Namespace}\"";
        return $"RBAC: allowed by {binding} of {RoleKind} \"{RoleName}\" to {kind} \"{who}\"";
    }

    private bool IsUser(JsonMap subject, UserInfo user)
    {
        var name = subject.Text("name");
        return name is not null && subject.Text("kind") switch
        {
            "User" => user.Name == name,
            "Group" => user.Groups.Contains(name),
            "ServiceAccount" => user.Name == $"system:serviceaccount:{subject.Text("namespace") ?? Namespace}:{name}",
            _ => false,
        };
    }
}
