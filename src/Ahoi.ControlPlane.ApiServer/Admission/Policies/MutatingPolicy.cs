using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>A mutating admission policy, compiled. Immutable.</summary>
internal sealed class MutatingPolicy : AdmissionPolicy
{
    /// <summary>Compiles a policy.</summary>
    /// <param name="policy">The policy.</param>
    public MutatingPolicy(JsonMap policy)
        : base(policy)
    {
        IsRepeated = Spec.Text("reinvocationPolicy") == "IfNeeded";
        Mutations = [.. (Spec.List("mutations")?.Maps ?? []).Select(m => new PolicyMutation(m, Composition))];
    }

    /// <summary>Gets whether it is asked again when the object changes after it.</summary>
    public bool IsRepeated { get; }

    public IReadOnlyList<PolicyMutation> Mutations { get; }
}
