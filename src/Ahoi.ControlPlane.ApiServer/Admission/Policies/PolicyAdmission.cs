using System.Runtime.CompilerServices;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>Judges writes by the validating admission policies that are bound.</summary>
internal sealed class PolicyAdmission(ServerParts parts) : IAdmission
{
    private const string Group = "admissionregistration.k8s.io";

    private readonly ConditionalWeakTable<CachedObject, AdmissionPolicy> _policies = [];
    private readonly ConditionalWeakTable<CachedObject, PolicyBinding> _bindings = [];

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        // Whoever locked themselves out by a policy can still change it.
        if (write.Request.Resource.Group == Group)
        {
            return;
        }

        await parts.Feed.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        var bindings = Stored("validatingadmissionpolicybindings");
        if (bindings.Count == 0)
        {
            return;
        }

        var policies = Stored("validatingadmissionpolicies").ToDictionary(p => p.Name.ToString(), StringComparer.Ordinal);
        var facts = AdmissionFacts.Of(parts, write);
        var labels = facts.Space is null ? null : PolicyMatch.LabelsOf(facts.Space);
        foreach (var stored in bindings)
        {
            var binding = _bindings.GetValue(stored, s => new(s.Parse()));
            if (policies.TryGetValue(binding.PolicyName, out var found))
            {
                var policy = _policies.GetValue(found, s => new(s.Parse()));
                var served = parts.Registry.Current;
                if (policy.Match.Matches(write, served, labels) && binding.Match.Matches(write, served, labels))
                {
                    Judge(write, policy, binding, facts);
                }
            }
        }
    }

    private static ApiException Refusal(AdmissionWrite write, AdmissionPolicy policy, PolicyBinding binding, PolicyFinding finding)
    {
        var resource = write.Request.Resource;
        var code = finding.Reason switch
        {
            StatusReason.Unauthorized => 401,
            StatusReason.Forbidden => 403,
            StatusReason.RequestEntityTooLarge => 413,
            _ => 422,
        };
        var message = $"ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding.Name}' denied request: {finding.Message}";
        var what = resource.Group.Length == 0 ? resource.Plural : $"{resource.Plural}.{resource.Group}";
        return new(new(code, finding.Reason, $"{what} \"{write.Name}\" is forbidden: {message}")
        {
            Details = new() { Name = write.Name, Group = resource.Group, Kind = resource.Plural, Causes = [new("", message)] },
        });
    }

    private void Judge(AdmissionWrite write, AdmissionPolicy policy, PolicyBinding binding, AdmissionFacts facts)
    {
        var (parameters, missing) = Parameters(write, policy, binding);
        if (missing is not null)
        {
            if (!policy.IgnoresFailure)
            {
                Act(write, policy, binding, new(missing, StatusReason.Invalid));
            }

            return;
        }

        foreach (var parameter in parameters)
        {
            foreach (var finding in policy.Judge(name => name == "params" ? parameter : facts.Find(name)))
            {
                Act(write, policy, binding, finding);
            }
        }
    }

    private static void Act(AdmissionWrite write, AdmissionPolicy policy, PolicyBinding binding, PolicyFinding finding)
    {
        if (binding.Warns)
        {
            write.Request.Warn($"Validation failed for ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding.Name}': {finding.Message}");
        }

        if (binding.Denies)
        {
            throw Refusal(write, policy, binding, finding);
        }
    }

    // Every object that parameterizes the policy, one evaluation each; or what is wrong with their absence.
    private (IReadOnlyList<JsonMap?> Parameters, string? Missing) Parameters(AdmissionWrite write, AdmissionPolicy policy, PolicyBinding binding)
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

        var space = reference.Text("namespace") is { Length: > 0 } given ? given : write.Request.Namespace;
        if (resource.Namespaced && space.Length == 0)
        {
            return ([], "the parameters are namespaced, and neither the request nor the binding names a namespace");
        }

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
        return (parsed, parsed.Count == 0 && reference.Text("parameterNotFoundAction") != "Allow" ? "no parameters were found for the binding" : null);
    }

    private ArraySegment<CachedObject> Stored(string plural) =>
        parts.Registry.Current.Find(Group, "v1", plural)?.Storage is { } storage ? storage.Cache.Snapshot(storage.Prefix, out _) : [];
}
