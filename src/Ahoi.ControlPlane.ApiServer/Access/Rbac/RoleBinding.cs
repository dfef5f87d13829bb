using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Access.Rbac;

/// <summary>A binding of a role to subjects, in a namespace or for the whole cluster.</summary>
/// <param name="Namespace">The binding's namespace; empty for a cluster role binding.</param>
/// <param name="RoleKind">ClusterRole or Role.</param>
/// <param name="RoleName">The role's name.</param>
/// <param name="Subjects">Who is bound.</param>
internal sealed record RoleBinding(string Namespace, string RoleKind, string RoleName, JsonMap[] Subjects)
{
    public static RoleBinding Read(JsonMap binding) => new(
        binding.At("metadata", "namespace") as string ?? "",
        binding.At("roleRef", "kind") as string ?? "",
        binding.At("roleRef", "name") as string ?? "",
        [.. binding.List("subjects")?.Maps ?? []]);

    public bool Binds(UserInfo user) => Array.Exists(Subjects, subject => IsUser(subject, user));

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
