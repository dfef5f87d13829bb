using System.Collections.Immutable;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Access.Rbac;

/// <summary>
/// All roles and bindings at one moment. Immutable: a change makes a new policy, so that a request is judged by one
/// state from beginning to end.
/// </summary>
internal sealed record RbacPolicy
{
    public static readonly RbacPolicy Empty = new();

    private ImmutableDictionary<(string Namespace, string Name), PolicyRule[]> Roles { get; init; } =
        ImmutableDictionary<(string, string), PolicyRule[]>.Empty;

    private ImmutableDictionary<(string Namespace, string Name), RoleBinding> ClusterBindings { get; init; } =
        ImmutableDictionary<(string, string), RoleBinding>.Empty;

    private ImmutableDictionary<string, ImmutableDictionary<string, RoleBinding>> Bindings { get; init; } =
        ImmutableDictionary<string, ImmutableDictionary<string, RoleBinding>>.Empty;

    /// <summary>Makes the policy after one object has changed.</summary>
    /// <param name="kind">Role, ClusterRole, RoleBinding or ClusterRoleBinding.</param>
    /// <param name="namespace">The object's namespace, or the empty string.</param>
    /// <param name="name">The object's name.</param>
    /// <param name="value">The object as it is now, or <see langword="null"/> where it was deleted.</param>
    public RbacPolicy With(string kind, string @namespace, string name, JsonMap? value)
    {
        var key = (@namespace, name);
        switch (kind)
        {
            case "Role" or "ClusterRole":
                return this with
                {
                    Roles = value is null ? Roles.Remove(key) : Roles.SetItem(key, PolicyRule.ReadAll(value)),
                };
            case "ClusterRoleBinding":
                return this with
                {
                    ClusterBindings = value is null ? ClusterBindings.Remove(key) : ClusterBindings.SetItem(key, RoleBinding.Read(value)),
                };
            case "RoleBinding":
                var inNamespace = Bindings.GetValueOrDefault(@namespace, ImmutableDictionary<string, RoleBinding>.Empty);
                inNamespace = value is null ? inNamespace.Remove(name) : inNamespace.SetItem(name, RoleBinding.Read(value));
                return this with { Bindings = Bindings.SetItem(@namespace, inNamespace) };
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind of RBAC.");
        }
    }

    /// <summary>Gets whether some role bound to the user allows the request.</summary>
    public bool Allows(AccessRequest request) =>
        RulesOf(request.User, request.Path is null ? request.Namespace : "").Any(rule => rule.Allows(request));

    /// <summary>Gets the rules that hold for a user in a namespace; with an empty one, those of the whole cluster.</summary>
    public IEnumerable<PolicyRule> RulesOf(UserInfo user, string @namespace)
    {
        foreach (var binding in ClusterBindings.Values.Where(b => b.Binds(user)))
        {
            foreach (var rule in RoleRules("", binding.RoleName))
            {
                yield return rule;
            }
        }

        if (@namespace.Length == 0 || !Bindings.TryGetValue(@namespace, out var inNamespace))
        {
            yield break;
        }

        foreach (var binding in inNamespace.Values.Where(b => b.Binds(user)))
        {
            foreach (var rule in RoleRules(binding.RoleKind == "Role" ? @namespace : "", binding.RoleName))
            {
                yield return rule;
            }
        }
    }

    /// <summary>Gets the rules of one role; none where there is no such role.</summary>
    /// <param name="namespace">The role's namespace; empty for a cluster role.</param>
    /// <param name="name">The role's name.</param>
    public IReadOnlyList<PolicyRule> RoleRules(string @namespace, string name) => Roles.GetValueOrDefault((@namespace, name), []);

    /// <summary>Gets whether there is such a role.</summary>
    /// <param name="namespace">The role's namespace; empty for a cluster role.</param>
    /// <param name="name">The role's name.</param>
    public bool HasRole(string @namespace, string name) => Roles.ContainsKey((@namespace, name));
}
