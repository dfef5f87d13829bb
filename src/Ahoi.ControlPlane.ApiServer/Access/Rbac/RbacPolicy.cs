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

    /// <summary>Makes the policy without any object of a kind.</summary>
    /// <param name="kind">Role, ClusterRole, RoleBinding or ClusterRoleBinding.</param>
    public RbacPolicy Without(string kind) => kind switch
    {
        "Role" => this with { Roles = Roles.RemoveRange(Roles.Keys.Where(k => k.Namespace.Length > 0)) },
        "ClusterRole" => this with { Roles = Roles.RemoveRange(Roles.Keys.Where(k => k.Namespace.Length == 0)) },
        "ClusterRoleBinding" => this with { ClusterBindings = ClusterBindings.Clear() },
        _ => this with { Bindings = Bindings.Clear() },
    };

    /// <summary>Finds the binding by which the request is allowed.</summary>
    /// <returns>The binding, or <see langword="null"/> where nothing allows it.</returns>
    public RoleBinding? Allowing(AccessRequest request)
    {
        foreach (var (binding, rule) in Grants(request.User, request.Path is null ? request.Namespace : ""))
        {
            if (rule.Allows(request))
            {
                return binding;
            }
        }

        return null;
    }

    /// <summary>Gets whether some role bound to the user allows the request.</summary>
    public bool Allows(AccessRequest request) => Allowing(request) is not null;

    /// <summary>Gets the rules that hold for a user in a namespace; with an empty one, those of the whole cluster.</summary>
    public IEnumerable<PolicyRule> RulesOf(UserInfo user, string @namespace) => Grants(user, @namespace).Select(g => g.Rule);

    private IEnumerable<(RoleBinding Binding, PolicyRule Rule)> Grants(UserInfo user, string @namespace)
    {
        foreach (var binding in ClusterBindings.Values.Where(b => b.Binds(user)))
        {
            foreach (var rule in RoleRules("", binding.RoleName))
            {
                yield return (binding, rule);
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
                yield return (binding, rule);
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
