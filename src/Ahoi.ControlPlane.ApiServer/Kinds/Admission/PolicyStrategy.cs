using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Admission;

/// <summary>
/// Admission policies. What their CEL expressions mean is checked by <paramref name="expressions"/>, which answers what
/// is wrong with one.
/// </summary>
/// <param name="mutating">Whether the policies change objects.</param>
/// <param name="expressions">Checks one expression of a policy; nothing is checked without it.</param>
internal sealed class PolicyStrategy(bool mutating, Func<JsonMap, string, string?>? expressions = null) : KindStrategy
{
    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        var spec = value.EnsureMap("spec");
        spec.Default("failurePolicy", "Fail");
        AdmissionRules.SetMatchDefaults(spec.Map("matchConstraints"));
        if (mutating)
        {
            spec.Default("reinvocationPolicy", "Never");
        }
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        spec["failurePolicy"].OneOf("Fail", "Ignore");
        if (spec["paramKind"].Has)
        {
            spec["paramKind"]["apiVersion"].MustExist();
            spec["paramKind"]["kind"].MustExist();
        }

        if (!spec["matchConstraints"].Has)
        {
            spec["matchConstraints"].Required();
        }
        else
        {
            spec["matchConstraints"]["resourceRules"].MustExist();
            AdmissionRules.Match(spec["matchConstraints"]);
        }

        AdmissionRules.MatchConditions(spec["matchConditions"]);
        foreach (var variable in spec["variables"].Items)
        {
            if (variable["name"].MustExist() && !variable["name"].Text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                variable["name"].Invalid("name is not a valid CEL identifier");
            }

            Expression(value, variable["expression"]);
        }

        if (mutating)
        {
            spec["mutations"].MustExist();
            return;
        }

        if (spec["validations"].Count == 0 && spec["auditAnnotations"].Count == 0)
        {
            spec["validations"].Required("validations or auditAnnotations must contain at least one item");
            spec["auditAnnotations"].Required("validations or auditAnnotations must contain at least one item");
        }

        foreach (var validation in spec["validations"].Items)
        {
            Expression(value, validation["expression"]);
            if (validation["messageExpression"].Has)
            {
                Expression(value, validation["messageExpression"]);
            }

            if (validation["reason"].Has)
            {
                validation["reason"].OneOf("Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized");
            }
        }

        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var annotation in spec["auditAnnotations"].Items)
        {
            if (annotation["key"].RequiredAnd(Names.Qualified) && !keys.Add(annotation["key"].Text))
            {
                annotation["key"].Duplicate();
            }

            Expression(value, annotation["valueExpression"]);
        }
    }

    private void Expression(JsonMap policy, Field expression)
    {
        if (string.IsNullOrWhiteSpace(expression.Text))
        {
            expression.Required();
        }
        else if (expressions?.Invoke(policy, expression.Text) is { } problem)
        {
            expression.Invalid(problem);
        }
    }
}
