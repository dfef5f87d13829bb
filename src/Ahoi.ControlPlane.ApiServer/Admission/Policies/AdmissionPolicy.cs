using Ahoi.Api.Json;
using Ahoi.Cel;
using Ahoi.Cel.Types;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>What validating and mutating admission policies have in common, compiled. Immutable.</summary>
internal abstract class AdmissionPolicy
{
    private readonly IReadOnlyList<PolicyExpression> _conditions;
    private readonly CelComposition _plain;

    protected AdmissionPolicy(JsonMap policy)
    {
        Spec = policy.Map("spec") ?? [];
        Name = policy.Map("metadata")?.Text("name") ?? "";
        IgnoresFailure = Spec.Text("failurePolicy") == "Ignore";
        Match = new(Spec.Map("matchConstraints") ?? []);
        ParameterKind = Spec.Map("paramKind") is { } kind ? (kind.Text("apiVersion") ?? "", kind.Text("kind") ?? "") : null;
        var environment = PolicyExpressions.Of(ParameterKind is not null, hasAuthorizer: true);
        _plain = new(environment, []);
        Composition = new(environment, Variables(Spec));
        _conditions = [.. (Spec.List("matchConditions")?.Maps ?? []).Select(c => new PolicyExpression(environment, c.Text("expression") ?? "", CelType.Bool))];
    }

    public string Name { get; }

    /// <summary>Gets whether a request goes on where the policy cannot be evaluated.</summary>
    public bool IgnoresFailure { get; }

    /// <summary>Gets the requests the policy is for.</summary>
    public PolicyMatch Match { get; }

    /// <summary>Gets the kind of its parameters, or <see langword="null"/>.</summary>
    public (string ApiVersion, string Kind)? ParameterKind { get; }

    protected JsonMap Spec { get; }

    /// <summary>Gets the policy's variables, and what its expressions may refer to.</summary>
    protected CelComposition Composition { get; }

    /// <summary>Reads the variables of a policy.</summary>
    /// <param name="spec">The policy's spec.</param>
    /// <returns>Names and expressions in their order.</returns>
    public static IEnumerable<KeyValuePair<string, string>> Variables(JsonMap spec) =>
        (spec.List("variables")?.Maps ?? []).Select(v => KeyValuePair.Create(v.Text("name") ?? "", v.Text("expression") ?? ""));

    /// <summary>Judges the match conditions.</summary>
    /// <param name="facts">What expressions see of the request, parameters included.</param>
    /// <returns>Whether the policy is concerned, or why that cannot be told.</returns>
    public (bool IsConcerned, string? Fault) Concerns(Func<string, object?> facts)
    {
        var scope = new CelScope(_plain, facts, CelLimits.MatchConditionsBudget);
        string? fault = null;
        foreach (var condition in _conditions)
        {
            var outcome = condition.Run(scope);
            if (outcome is { Error: null, Value: false })
            {
                return (false, null);
            }

            if (outcome.Error is not null)
            {
                fault ??= condition.Failed(outcome);
            }
        }

        return (fault is null, fault);
    }
}
