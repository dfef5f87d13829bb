using System.Runtime.CompilerServices;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>Finds the policies of one kind that are bound to a write, with the parameters of their bindings.</summary>
/// <typeparam name="TPolicy">The policies.</typeparam>
/// <param name="parts">What the server is made of.</param>
/// <param name="policies">The resource of the policies.</param>
/// <param name="bindings">The resource of their bindings.</param>
/// <param name="read">Compiles a policy.</param>
internal sealed class BoundPolicies<TPolicy>(ServerParts parts, string policies, string bindings, Func<JsonMap, TPolicy> read)
    where TPolicy : AdmissionPolicy
{
    private const string Group = "admissionregistration.k8s.io";

    private readonly ConditionalWeakTable<CachedObject, TPolicy> _policies = [];
    private readonly ConditionalWeakTable<CachedObject, PolicyBinding> _bindings = [];

    /// <summary>Finds what is bound to a write.</summary>
    /// <param name="write">The write.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The policies by name, each with its bindings by name; <see langword="null"/> facts where there are none.</returns>
    public async ValueTask<(IReadOnlyList<BoundPolicy<TPolicy>> Bound, AdmissionFacts? Facts)> FindAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        // Whoever locked themselves out by a policy can still change it.
        if (write.Request.Resource.Group == Group)
        {
            return ([], null);
        }

        await CatchUpAsync(Group, bindings, cancellationToken).ConfigureAwait(false);
        var storedBindings = Stored(bindings);
        if (storedBindings.Count > 0)
        {
            // Whoever has written what is judged by counts on it. Other resources are not waited for: with many writes at once,
            // each of them would wait for all.
            await CatchUpAsync(Group, policies, cancellationToken).ConfigureAwait(false);
            await CatchUpAsync("", "namespaces", cancellationToken).ConfigureAwait(false);
        }

        var storedPolicies = storedBindings.Count == 0 ? [] : Stored(policies);
        if (storedPolicies.Count == 0)
        {
            return ([], null);
        }

        var facts = AdmissionFacts.Of(parts, write);
        var labels = facts.Space is null ? null : PolicyMatch.LabelsOf(facts.Space);
        var served = parts.Registry.Current;
        var byPolicy = storedBindings.Select(s => _bindings.GetValue(s, b => new(b.Parse()))).ToLookup(b => b.PolicyName, StringComparer.Ordinal);
        var bound = new List<BoundPolicy<TPolicy>>();
        foreach (var stored in storedPolicies)
        {
            var candidates = byPolicy[stored.Name.ToString()];
            if (!candidates.Any() || _policies.GetValue(stored, s => read(s.Parse())) is not { } policy || !policy.Match.Matches(write, served, labels))
            {
                continue;
            }

            foreach (var binding in candidates.Where(b => b.Match.Matches(write, served, labels)))
            {
                var (found, missing) = await ParametersAsync(write, policy, binding, cancellationToken).ConfigureAwait(false);
                bound.Add(new(policy, binding, found, missing));
            }
        }

        return (bound, facts);
    }

    // Every object that parameterizes the policy, one evaluation each; or what is wrong with their absence.
    private async ValueTask<(IReadOnlyList<JsonMap?> Parameters, string? Missing)> ParametersAsync(
        AdmissionWrite write, TPolicy policy, PolicyBinding binding, CancellationToken cancellationToken)
    {
        if (policy.ParameterKind is not { } wanted || binding.Parameters is not { } reference)
        {
            return ([null], null);
        }

        var slash = wanted.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        var kind = new GroupVersionKind(slash < 0 ? "" : wanted.ApiVersion[..slash], wanted.ApiVersion[(slash + 1)..], wanted.Kind);
        if (parts.Registry.Current.FindKind(kind) is not { Storage: { } storage } resource)
        {
            return ([], $"the kind of the parameters, {wanted.Kind} of {wanted.ApiVersion}, is not served");
        }

        var given = reference.Text("namespace") ?? "";
        var space = given.Length > 0 ? given : write.Request.Namespace;
        if (resource.Namespaced && space.Length == 0)
        {
            return ([], "the parameters are namespaced, and neither the request nor the binding names a namespace");
        }

        if (!resource.Namespaced && given.Length > 0)
        {
            return ([], "the parameters have no namespace, but the binding names one");
        }

        await parts.Feed.CatchUpAsync(storage, cancellationToken).ConfigureAwait(false);
        IEnumerable<CachedObject> found;
        if (reference.Text("name") is { Length: > 0 } name)
        {
            found = storage.Cache.Find(storage.KeyOf(resource.Namespaced ? space : null, name)) is { } one ? [one] : [];
        }
        else
        {
            var selector = reference.Map("selector") is { } labels ? LabelSelector.FromJson(labels) : LabelSelector.Everything;
            found = storage.Cache.Snapshot(resource.Namespaced ? $"{storage.Prefix}{space}/" : storage.Prefix, out _).Where(o => selector.IsEmpty || selector.Matches(o.Labels));
        }

        var parsed = found.Select(o => (JsonMap?)o.Parse()).ToList();
        return (parsed, parsed.Count == 0 && reference.Text("parameterNotFoundAction") != "Allow"
            ? "no params found for policy binding with `Deny` parameterNotFoundAction" : null);
    }

    private ValueTask CatchUpAsync(string group, string plural, CancellationToken cancellationToken) =>
        parts.Registry.Current.Find(group, "v1", plural)?.Storage is { } storage ? parts.Feed.CatchUpAsync(storage, cancellationToken) : ValueTask.CompletedTask;

    private ArraySegment<CachedObject> Stored(string plural) =>
        parts.Registry.Current.Find(Group, "v1", plural)?.Storage is { } storage ? storage.Cache.Snapshot(storage.Prefix, out _) : [];
}

/// <summary>A policy that is bound to a write.</summary>
/// <typeparam name="TPolicy">The policies.</typeparam>
/// <param name="Policy">The policy.</param>
/// <param name="Binding">The binding.</param>
/// <param name="Parameters">What to evaluate it with, once each; <see langword="null"/> for no parameters.</param>
/// <param name="Missing">What is wrong with the parameters, or <see langword="null"/>.</param>
internal sealed record BoundPolicy<TPolicy>(TPolicy Policy, PolicyBinding Binding, IReadOnlyList<JsonMap?> Parameters, string? Missing);
