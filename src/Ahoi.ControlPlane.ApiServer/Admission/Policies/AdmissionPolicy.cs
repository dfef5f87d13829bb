using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Cel;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>A validating admission policy, compiled. Immutable.</summary>
internal sealed class AdmissionPolicy
{
    private const string FailureOfBudget = "the policy costs more than one request may";

    private readonly IReadOnlyList<NamedExpression> _conditions;
    private readonly IReadOnlyList<NamedExpression> _variables;
    private readonly IReadOnlyList<Validation> _validations;

    /// <summary>Compiles a policy.</summary>
    /// <param name="policy">The policy.</param>
    public AdmissionPolicy(JsonMap policy)
    {
        var spec = policy.Map("spec") ?? [];
        Name = policy.Map("metadata")?.Text("name") ?? "";
        IgnoresFailure = spec.Text("failurePolicy") == "Ignore";
        Match = new(spec.Map("matchConstraints") ?? []);
        ParameterKind = spec.Map("paramKind") is { } kind ? (kind.Text("apiVersion") ?? "", kind.Text("kind") ?? "") : null;
        _conditions = [.. (spec.List("matchConditions")?.Maps ?? []).Select(c => new NamedExpression(c.Text("name") ?? "", c.Text("expression") ?? ""))];
        _variables = [.. (spec.List("variables")?.Maps ?? []).Select(v => new NamedExpression(v.Text("name") ?? "", v.Text("expression") ?? ""))];
        _validations = [.. (spec.List("validations")?.Maps ?? []).Select(v => new Validation(v))];
    }

    public string Name { get; }

    /// <summary>Gets whether a request goes on where the policy cannot be evaluated.</summary>
    public bool IgnoresFailure { get; }

    /// <summary>Gets the requests the policy is for.</summary>
    public PolicyMatch Match { get; }

    /// <summary>Gets the kind of its parameters, or <see langword="null"/>.</summary>
    public (string ApiVersion, string Kind)? ParameterKind { get; }

    /// <summary>Judges a request.</summary>
    /// <param name="facts">What expressions see of the request, parameters included.</param>
    /// <returns>What speaks against it; nothing where the policy is content or not concerned.</returns>
    public IReadOnlyList<PolicyFinding> Judge(Func<string, object?> facts)
    {
        var budget = CelLimits.RuntimeBudget;
        var failures = new List<string>();
        foreach (var condition in _conditions)
        {
            var outcome = condition.Run(facts, ref budget);
            if (outcome is { Error: null, Value: false })
            {
                return [];
            }

            if (!outcome.IsTrue)
            {
                failures.Add($"the match condition {condition.Name} cannot be evaluated: {outcome.Error ?? "it is no truth value"}");
            }
        }

        if (failures.Count > 0)
        {
            return Failed(failures[0]);
        }

        var variables = new JsonMap();
        object? See(string name) => name == "variables" ? variables : facts(name);
        foreach (var variable in _variables)
        {
            // A variable that fails is missing: only expressions that use it fail with it.
            var outcome = variable.Run(See, ref budget);
            if (outcome.Error is null)
            {
                variables[variable.Name] = outcome.Value;
            }
        }

        var findings = new List<PolicyFinding>();
        foreach (var validation in _validations)
        {
            if (budget <= 0)
            {
                findings.AddRange(Failed(FailureOfBudget));
                break;
            }

            var outcome = validation.Expression.Run(See, ref budget);
            if (outcome.IsTrue)
            {
                continue;
            }

            if (outcome is { Error: null, Value: false })
            {
                findings.Add(new(validation.Describe(See, ref budget), validation.Reason));
            }
            else
            {
                findings.AddRange(Failed($"the expression '{validation.Expression.Text}' cannot be evaluated: {outcome.Error ?? "it is no truth value"}"));
            }
        }

        return findings;
    }

    private PolicyFinding[] Failed(string message) => IgnoresFailure ? [] : [new(message, StatusReason.Invalid)];

    /// <summary>An expression that compiled, or why it did not.</summary>
    private sealed class NamedExpression
    {
        private readonly CelProgram? _program;
        private readonly string? _fault;

        public NamedExpression(string name, string text)
        {
            (Name, Text) = (name, text.Trim());
            try
            {
                _program = PolicyExpressions.Compile(Text);
            }
            catch (CelException exception)
            {
                _fault = exception.Message;
            }
        }

        public string Name { get; }

        public string Text { get; }

        public CelResult Run(Func<string, object?> facts, ref long budget)
        {
            if (_program is null)
            {
                return new(null, _fault, 0);
            }

            var result = _program.Evaluate(facts, Math.Clamp(budget, 0, CelLimits.PerCall));
            budget -= result.Cost;
            return result;
        }
    }

    private sealed class Validation(JsonMap source)
    {
        private readonly NamedExpression? _message = source.Text("messageExpression") is { Length: > 0 } text ? new("", text) : null;

        public NamedExpression Expression { get; } = new("", source.Text("expression") ?? "");

        public string Reason { get; } = source.Text("reason") is { Length: > 0 } reason ? reason : StatusReason.Invalid;

        public string Describe(Func<string, object?> facts, ref long budget)
        {
            if (_message?.Run(facts, ref budget) is { Error: null, Value: string said } && said.Trim() is { Length: > 0 } text && !text.Contains('\n', StringComparison.Ordinal))
            {
                return text;
            }

            return source.Text("message") is { Length: > 0 } message ? message : $"failed expression: {Expression.Text}";
        }
    }
}

/// <summary>What a policy has against a request.</summary>
/// <param name="Message">What to tell the client.</param>
/// <param name="Reason">The reason of the refusal.</param>
internal sealed record PolicyFinding(string Message, string Reason);
