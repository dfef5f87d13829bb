using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Cel;
using Ahoi.Cel.Types;
using Ahoi.ControlPlane.ApiServer.Admission.Policies;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Admission;

/// <summary>Admission policies.</summary>
/// <param name="mutating">Whether the policies change objects.</param>
internal sealed class PolicyStrategy(bool mutating) : KindStrategy
{
    private const int MaxAnnotations = 20;
    private const int MaxAnnotationExpression = 5 * 1024;

    private static readonly HashSet<string> ReservedWords = new(StringComparer.Ordinal)
    {
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
        "package", "namespace", "return", "var", "void", "while",
    };

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
        var root = Field.Root(value, errors);
        var spec = root["spec"];
        spec["failurePolicy"].OneOf("Fail", "Ignore");
        var hasParameters = spec["paramKind"].Has;
        if (hasParameters)
        {
            ParameterKind(spec["paramKind"]);
        }

        if (!spec["matchConstraints"].Has)
        {
            spec["matchConstraints"].Required();
        }
        else
        {
            AdmissionRules.Match(spec["matchConstraints"]);
            spec["matchConstraints"]["resourceRules"].MustExist();
        }

        var environment = PolicyExpressions.Of(hasParameters, hasAuthorizer: true);
        AdmissionRules.MatchConditions(spec["matchConditions"], environment);
        var composition = new CelComposition(environment, AdmissionPolicy.Variables(spec.Map));
        Variables(spec["variables"], composition);
        if (mutating)
        {
            Mutations(spec, composition);
            return;
        }

        if (spec["validations"].Count == 0 && spec["auditAnnotations"].Count == 0)
        {
            spec["validations"].Required("validations or auditAnnotations must contain at least one item");
            spec["auditAnnotations"].Required("validations or auditAnnotations must contain at least one item");
            return;
        }

        Validations(spec, composition, new(PolicyExpressions.Of(hasParameters, hasAuthorizer: false), AdmissionPolicy.Variables(spec.Map)));
        Annotations(spec["auditAnnotations"], root["metadata"]["name"].Text, composition);
    }

    private static void ParameterKind(Field kind)
    {
        if (kind["apiVersion"].MustExist())
        {
            var version = kind["apiVersion"].Text.Split('/');
            if (version.Length > 2)
            {
                kind["apiVersion"].Invalid($"unexpected GroupVersion string: {kind["apiVersion"].Text}");
            }
            else
            {
                foreach (var fault in version is [{ Length: > 0 } group, _] ? Names.Subdomain(group) : [])
                {
                    kind["apiVersion"].Invalid(fault);
                }

                foreach (var fault in version[^1].Length == 0 ? ["version must be specified"] : Names.ServiceLabel(version[^1]))
                {
                    kind["apiVersion"].Invalid(fault);
                }
            }
        }

        // Kinds are written with capitals, and are labels otherwise.
#pragma warning disable CA1308 // Not a normalization: the lower case form is what has to be a label.
        if (kind["kind"].MustExist() && Names.ServiceLabel(kind["kind"].Text.ToLowerInvariant()) is { Length: > 0 } faults)
#pragma warning restore CA1308
        {
            kind["kind"].Invalid($"may have mixed case, but otherwise {string.Join(", ", faults)}");
        }
    }

    private static void Variables(Field variables, CelComposition composition)
    {
        var at = 0;
        foreach (var variable in variables.Items)
        {
            var name = variable["name"];
            if (name.MustExist("name is not specified") && (name.Text[0] is >= '0' and <= '9' || ReservedWords.Contains(name.Text) || !name.Text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')))
            {
                name.Invalid("name is not a valid CEL identifier");
            }

            var fault = composition.Faults[at++];
            if (string.IsNullOrWhiteSpace(variable["expression"].Text))
            {
                variable["expression"].Required("expression is not specified");
            }
            else if (fault is not null)
            {
                variable["expression"].Invalid($"does not compile: {fault}");
            }
        }
    }

    private static void Mutations(Field spec, CelComposition composition)
    {
        spec["mutations"].MustExist("mutations must contain at least one item");
        var environment = composition.Environment.WithPatchTypes();
        foreach (var mutation in spec["mutations"].Items)
        {
            var (apply, patch) = (mutation["applyConfiguration"], mutation["jsonPatch"]);
            switch (mutation["patchType"].Text)
            {
                case "":
                    mutation["patchType"].Required();
                    break;
                case "ApplyConfiguration":
                    Patch(apply, patch, "ApplyConfiguration", environment, CelType.ApplyConfiguration);
                    break;
                case "JSONPatch":
                    Patch(patch, apply, "JSONPatch", environment, CelType.List(CelType.JsonPatch));
                    break;
                default:
                    mutation["patchType"].OneOf("ApplyConfiguration", "JSONPatch");
                    break;
            }
        }

        spec["reinvocationPolicy"].RequiredOneOf("IfNeeded", "Never");
    }

    private static void Patch(Field patch, Field other, string type, CelEnvironment environment, CelType result)
    {
        if (!patch.Has)
        {
            patch.Required($"must be specified when patchType is {type}");
        }
        else
        {
            Expression(patch["expression"], environment, result);
        }

        if (other.Has)
        {
            other.Invalid($"must not be specified when patchType is {type}");
        }
    }

    private static void Validations(Field spec, CelComposition composition, CelComposition messages)
    {
        foreach (var validation in spec["validations"].Items)
        {
            Expression(validation["expression"], composition.Environment, CelType.Bool);
            var (expression, message) = (validation["messageExpression"], validation["message"]);
            if (expression.Text.Length > 0 && string.IsNullOrWhiteSpace(expression.Text))
            {
                expression.Invalid("must be non-empty if specified");
            }
            else if (expression.Text.Length > 0)
            {
                Expression(expression, messages.Environment, CelType.String);
            }

            if (message.Text.Length > 0 && string.IsNullOrWhiteSpace(message.Text))
            {
                message.Invalid("message must be non-empty if specified");
            }
            else if (message.Text.Trim().AsSpan().ContainsAny('\n', '\r'))
            {
                message.Invalid("message must not contain line breaks");
            }

            if (validation["reason"].Has)
            {
                validation["reason"].OneOf("Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized");
            }
        }
    }

    private static void Annotations(Field annotations, string policy, CelComposition composition)
    {
        if (annotations.Count > MaxAnnotations)
        {
            annotations.Invalid($"must not have more than {MaxAnnotations} auditAnnotations");
        }

        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var annotation in annotations.Items)
        {
            var (key, expression) = (annotation["key"], annotation["valueExpression"]);
            if (policy.Length == 0)
            {
                key.Invalid("requires metadata.name be non-empty");
            }
            else
            {
                foreach (var fault in Names.Qualified($"{policy}/{key.Text}"))
                {
                    (key with { Value = $"{policy}/{key.Text}" }).Invalid(fault);
                }
            }

            if (expression.Text.Trim().Length > MaxAnnotationExpression)
            {
                expression.Required($"must not exceed {MaxAnnotationExpression} bytes in length");
            }
            else
            {
                Expression(expression, composition.Environment, CelType.String, CelType.Null);
            }

            if (!keys.Add(key.Text))
            {
                key.Duplicate();
            }
        }
    }

    private static void Expression(Field expression, CelEnvironment environment, params ReadOnlySpan<CelType> results)
    {
        if (string.IsNullOrWhiteSpace(expression.Text))
        {
            expression.Required($"{expression.Path[(expression.Path.LastIndexOf('.') + 1)..]} is not specified");
        }
        else
        {
            PolicyExpressions.Compile(environment, expression.Text, out var fault, results);
            if (fault is not null)
            {
                expression.Invalid(fault);
            }
        }
    }
}
