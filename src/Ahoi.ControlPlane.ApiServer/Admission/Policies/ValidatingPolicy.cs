using System.Text;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Cel;
using Ahoi.Cel.Types;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>A validating admission policy, compiled. Immutable.</summary>
internal sealed class ValidatingPolicy : AdmissionPolicy
{
    private const int MaxMessageBytes = 5 * 1024;

    private readonly IReadOnlyList<Validation> _validations;
    private readonly IReadOnlyList<PolicyExpression> _annotations;

    /// <summary>Compiles a policy.</summary>
    /// <param name="policy">The policy.</param>
    public ValidatingPolicy(JsonMap policy)
        : base(policy)
    {
        var messages = new CelComposition(PolicyExpressions.Of(ParameterKind is not null, hasAuthorizer: false), Variables(Spec));
        _validations = [.. (Spec.List("validations")?.Maps ?? []).Select(v => new Validation(v, Composition, messages))];
        _annotations = [.. (Spec.List("auditAnnotations")?.Maps ?? [])
            .Select(a => new PolicyExpression(Composition.Environment, a.Text("valueExpression") ?? "", CelType.String, CelType.Null))];
    }

    /// <summary>Judges a request.</summary>
    /// <param name="facts">What expressions see of the request, parameters included.</param>
    /// <returns>What speaks against it; nothing where the policy is content or not concerned.</returns>
    public IReadOnlyList<PolicyFinding> Judge(Func<string, object?> facts)
    {
        var (isConcerned, fault) = Concerns(facts);
        if (!isConcerned)
        {
            return fault is null ? [] : Failed(fault, isEnforced: false);
        }

        var scope = new CelScope(Composition, facts, CelLimits.RuntimeBudget);
        var findings = new List<PolicyFinding>();
        foreach (var validation in _validations)
        {
            var outcome = validation.Expression.Run(scope);
            if (outcome.Error is not null)
            {
                findings.AddRange(Failed(validation.Expression.Failed(outcome), isEnforced: false));
            }
            else if (!outcome.IsTrue)
            {
                findings.Add(new(validation.Describe(facts, scope.Budget), validation.Reason, IsEnforced: false));
            }
        }

        // There is no audit log that annotations could go to; one that cannot be made speaks against the request all the same.
        var audit = new CelScope(Composition, facts, CelLimits.RuntimeBudget);
        foreach (var annotation in _annotations)
        {
            if (annotation.Run(audit) is { Error: not null } outcome)
            {
                findings.AddRange(Failed(annotation.Failed(outcome), isEnforced: true));
            }
        }

        return findings;
    }

    private PolicyFinding[] Failed(string message, bool isEnforced) => IgnoresFailure ? [] : [new(message, StatusReason.Invalid, isEnforced)];

    private sealed class Validation(JsonMap source, CelComposition expressions, CelComposition messages)
    {
        private readonly PolicyExpression? _message =
            source.Text("messageExpression") is { Length: > 0 } text ? new(messages.Environment, text, CelType.String) : null;

        public PolicyExpression Expression { get; } = new(expressions.Environment, source.Text("expression") ?? "", CelType.Bool);

        public string Reason { get; } = source.Text("reason") is { Length: > 0 } reason ? reason : StatusReason.Invalid;

        public string Describe(Func<string, object?> facts, long budget)
        {
            if (_message?.Run(new(messages, facts, budget)) is { Error: null, Value: string said } && said.Trim() is { Length: > 0 } text
                && !text.Contains('\n', StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(text) <= MaxMessageBytes)
            {
                return text;
            }

            return source.Text("message")?.Trim() is { Length: > 0 } message ? message : $"failed expression: {Expression.Text}";
        }
    }
}

/// <summary>What a policy has against a request.</summary>
/// <param name="Message">What to tell the client.</param>
/// <param name="Reason">The reason of the refusal.</param>
/// <param name="IsEnforced">Whether the request is refused whatever the binding's actions are.</param>
internal sealed record PolicyFinding(string Message, string Reason, bool IsEnforced);
