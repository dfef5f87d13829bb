using Ahoi.Api.Errors;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>Judges writes by the validating admission policies that are bound.</summary>
internal sealed class PolicyAdmission(ServerParts parts) : IAdmission
{
    private readonly BoundPolicies<ValidatingPolicy> _policies = new(
        parts, "validatingadmissionpolicies", "validatingadmissionpolicybindings", p => new(p));

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        var (bound, facts) = await _policies.FindAsync(write, cancellationToken).ConfigureAwait(false);
        if (facts is null)
        {
            return;
        }

        // Every policy has its say, so that no warning is lost; the first refusal is the answer.
        ApiException? refusal = null;
        foreach (var one in bound)
        {
            foreach (var finding in await JudgeAsync(write, one, facts, cancellationToken).ConfigureAwait(false))
            {
                if (one.Binding.Warns && !finding.IsEnforced)
                {
                    write.Request.Warn($"Validation failed for ValidatingAdmissionPolicy '{one.Policy.Name}' with binding '{one.Binding.Name}': {finding.Message}");
                }

                if (one.Binding.Denies || finding.IsEnforced)
                {
                    refusal ??= PolicyRefusal.OfValidation(write, one.Policy.Name, one.Binding.Name, finding);
                }
            }
        }

        if (refusal is not null)
        {
            throw refusal;
        }
    }

    private async ValueTask<IEnumerable<PolicyFinding>> JudgeAsync(
        AdmissionWrite write, BoundPolicy<ValidatingPolicy> bound, AdmissionFacts facts, CancellationToken cancellationToken)
    {
        var policy = bound.Policy;
        if (bound.Missing is { } missing)
        {
            return policy.IgnoresFailure ? [] : [new($"failed to configure binding: {missing}", StatusReason.Invalid, IsEnforced: true)];
        }

        var resource = write.Request.Resource;
        var seen = ObjectVersions.SeenBy(policy.Match, write, parts.Registry.Current);
        if (seen.ApiVersion != resource.ApiVersion)
        {
            facts = facts.In(
                seen,
                write.Value is { } value ? await ObjectVersions.ConvertAsync(value, resource, seen, cancellationToken).ConfigureAwait(false) : null,
                write.Old is { } old ? await ObjectVersions.ConvertAsync(old, resource, seen, cancellationToken).ConfigureAwait(false) : null);
        }

        return bound.Parameters.SelectMany(p => policy.Judge(name => name == "params" ? p : facts.Find(name)));
    }
}
