using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Checks how x-kubernetes-validations are declared, compiles them, and estimates what they cost.</summary>
internal static class RuleDeclarations
{
    private static readonly string[] Reasons =
        [FieldErrorReason.Required, FieldErrorReason.Forbidden, FieldErrorReason.Invalid, FieldErrorReason.Duplicate];

    /// <summary>Checks the parts of rules other than their expressions.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="schema">The schema they stand in.</param>
    /// <param name="path">The schema's path.</param>
    /// <param name="errors">Collects the faults.</param>
    public static void Check(JsonList rules, JsonMap schema, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            if (rules[i] is JsonMap rule)
            {
                Check(rule, schema, path.Child("x-kubernetes-validations").Index(i), errors);
            }
        }
    }

    /// <summary>Compiles rules and counts their costs.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="schema">The schema they stand in.</param>
    /// <param name="path">The schema's path.</param>
    /// <param name="context">What is known at the schema's place.</param>
    /// <param name="errors">Collects the faults.</param>
    public static void Compile(JsonList rules, JsonMap schema, FieldPath path, DefinitionContext context, FieldErrors errors)
    {
        var compiled = RuleCompiler.Compile(schema, context.IsResource);
        for (var i = 0; i < compiled.Count; i++)
        {
            var (rule, at) = (compiled[i], path.Child("x-kubernetes-validations").Index(i));
            var field = at.Child("rule").ToString();
            context.Costs!.Observe(field, RuleCosts.Multiply(rule.MaxCost, context.Cardinality ?? rule.MaxCardinality), errors); // Only asked for with costs.
            if (rule.Error is { } fault)
            {
                errors.Invalid(field, rules[i], fault);
            }

            if (rule.MessageError is { } messageFault)
            {
                errors.Invalid(at.Child("messageExpression").ToString(), rules[i], messageFault);
            }
            else if (rule.HasMessage)
            {
                context.Costs.Observe(at.Child("messageExpression").ToString(), rule.MessageMaxCost, errors);
            }

            if (rule.UsesOldSelf && context.Uncorrelatable is { } uncorrelatable)
            {
                errors.Invalid(field, rule.Source.Text("rule"), $"the items below {uncorrelatable} cannot be told apart over time, so there is no oldSelf");
            }
            else if (!rule.UsesOldSelf && rule.Source["optionalOldSelf"] is { } optional)
            {
                errors.Invalid(at.Child("optionalOldSelf").ToString(), optional, "the rule does not use oldSelf; leave this out");
            }
        }
    }

    private static void Check(JsonMap rule, JsonMap schema, FieldPath path, FieldErrors errors)
    {
        var expression = (rule.Text("rule") ?? "").Trim();
        var message = rule.Text("message") ?? "";
        var messagePath = path.Child("message").ToString();
        if (expression.Length == 0)
        {
            errors.Required(path.Child("rule").ToString(), "give an expression");
        }
        else if (message.Length > 0 && message.Trim().Length == 0)
        {
            errors.Invalid(messagePath, message, "leave it out, or say something");
        }
        else if (HasLineBreak(message.Trim()))
        {
            errors.Invalid(messagePath, message, "keep the message on one line");
        }
        else if (HasLineBreak(expression) && message.Trim().Length == 0)
        {
            errors.Required(messagePath, "a rule of several lines needs a message");
        }

        if (rule.Text("messageExpression") is { Length: > 0 } messageExpression && messageExpression.Trim().Length == 0)
        {
            errors.Required(path.Child("messageExpression").ToString(), "leave it out, or give an expression");
        }

        if (rule.Text("reason") is { } reason && !Reasons.Contains(reason))
        {
            errors.NotSupported(path.Child("reason").ToString(), reason, Reasons);
        }

        if (rule.Text("fieldPath") is not { Length: > 0 } fieldPath)
        {
            return;
        }

        var field = path.Child("fieldPath").ToString();
        if (fieldPath.Trim().Length == 0)
        {
            errors.Invalid(field, fieldPath, "leave it out, or name a field");
        }

        if (HasLineBreak(fieldPath))
        {
            errors.Invalid(field, fieldPath, "keep the path on one line");
        }

        if (SchemaFieldPath.Find(fieldPath, schema, allowBrackets: true) is null)
        {
            errors.Invalid(field, fieldPath, "no property of this schema is at this path");
        }
    }

    private static bool HasLineBreak(string text) => text.AsSpan().IndexOfAny('\n', '\r') >= 0;
}
