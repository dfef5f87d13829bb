using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Schemas;
using Ahoi.ControlPlane.ApiServer.Writing;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>
/// Changes objects as the mutating admission policies say that are bound, in the order of the policies' and then the
/// bindings' names. One that wants so is asked again when the object changed after it.
/// </summary>
internal sealed class MutationAdmission(ServerParts parts) : IAdmission
{
    private readonly BoundPolicies<MutatingPolicy> _policies = new(
        parts, "mutatingadmissionpolicies", "mutatingadmissionpolicybindings", p => new(p));

    /// <inheritdoc/>
    public bool IsRepeated => true;

    /// <inheritdoc/>
    public async ValueTask MutateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        if (write.Value is not { } value)
        {
            return; // A deletion has nothing to change.
        }

        var (bound, facts) = await _policies.FindAsync(write, cancellationToken).ConfigureAwait(false);
        if (facts is null)
        {
            return;
        }

        var rounds = write.Rounds;
        var callees = rounds.Of(this);
        callees.Return(value);
        var hasMutated = false;
        var failures = new List<(string Message, string Reason)>();
        foreach (var one in bound)
        {
            void Fail(string why, string reason)
            {
                if (!one.Policy.IgnoresFailure)
                {
                    failures.Add(($"policy '{one.Policy.Name}' with binding '{one.Binding.Name}' denied request: {why}", reason));
                }
            }

            if (one.Missing is { } missing)
            {
                Fail($"failed to configure binding: {missing}", StatusReason.Forbidden);
                continue;
            }

            foreach (var parameter in one.Parameters)
            {
                var seen = await SeeAsync(write, value, one.Policy, facts, cancellationToken).ConfigureAwait(false);
                object? Fact(string name) => name == "params" ? parameter : seen.Facts.Find(name);
                var (isConcerned, fault) = one.Policy.Concerns(Fact);
                if (fault is not null)
                {
                    Fail(fault, StatusReason.Invalid);
                }

                var metadata = parameter?.Metadata();
                var key = $"{one.Policy.Name}/{one.Binding.Name}/{metadata?.Text("namespace")}/{metadata?.Text("name")}";
                if (!isConcerned || (rounds.IsSecond && !callees.IsWanted(key)))
                {
                    continue;
                }

                foreach (var mutation in one.Policy.Mutations)
                {
                    if (mutation.Apply(seen.Value, write, seen.Version, Fact, out fault) is not { } changed)
                    {
                        Fail(fault ?? "", StatusReason.Invalid);
                        continue;
                    }

                    Decode(changed = changed.DeepClone(), seen.Version, write);
                    ObjectVersions.Replace(seen.Value, changed);
                    hasMutated = true;
                }

                ObjectVersions.Replace(
                    value, await ObjectVersions.ConvertAsync(seen.Value, seen.Version, write.Request.Resource, cancellationToken).ConfigureAwait(false));
                if (one.Policy.IsRepeated)
                {
                    callees.Called(key);
                }
            }
        }

        if (hasMutated)
        {
            // Everybody sees it again, even if it is what it was: the original does not look, either.
            callees.Changed();
            rounds.IsWanted = true;
        }

        callees.Leave(value);
        if (failures.Count > 0)
        {
            throw PolicyRefusal.OfMutation(write, failures);
        }
    }

    /// <summary>Shows the object in the version that the policy's rules name.</summary>
    private async ValueTask<(JsonMap Value, ServedResource Version, AdmissionFacts Facts)> SeeAsync(
        AdmissionWrite write, JsonMap value, MutatingPolicy policy, AdmissionFacts facts, CancellationToken cancellationToken)
    {
        var resource = write.Request.Resource;
        var seen = ObjectVersions.SeenBy(policy.Match, write, parts.Registry.Current);
        if (seen.ApiVersion == resource.ApiVersion)
        {
            return (value, resource, facts);
        }

        var converted = await ObjectVersions.ConvertAsync(value, resource, seen, cancellationToken).ConfigureAwait(false);
        var old = write.Old is { } before ? await ObjectVersions.ConvertAsync(before, resource, seen, cancellationToken).ConfigureAwait(false) : null;
        return (converted, seen, facts.In(seen, converted, old));
    }

    private static void Decode(JsonMap value, ServedResource resource, AdmissionWrite write)
    {
        var unknown = new List<string>();
        try
        {
            ObjectVersions.Decode(value, resource, write, unknown);
        }
        catch (DecodingException exception)
        {
            throw ApiErrors.Internal(exception.Message, exception);
        }

        if (unknown.Count > 0)
        {
            throw ApiErrors.Internal($"strict decoding error: {string.Join(", ", unknown)}");
        }
    }
}
