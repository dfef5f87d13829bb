using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Admission;

/// <summary>Bindings of admission policies.</summary>
internal sealed class PolicyBindingStrategy : KindStrategy
{
    private readonly bool _mutating;

    public PolicyBindingStrategy(bool mutating)
    {
        _mutating = mutating;
        CountsGeneration = true;
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value) => AdmissionRules.SetMatchDefaults(value.Map("spec")?.Map("matchResources"));

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        spec["policyName"].RequiredAnd(Names.Subdomain);
        if (spec["paramRef"] is { Has: true } reference)
        {
            var (name, selector) = (reference["name"], reference["selector"]);
            if (name.IsEmpty && !selector.Has)
            {
                reference.Required("one of name or selector must be specified");
            }

            name.MustIfSet(Names.PathSegment);
            selector.LabelSelector();
            if (!name.IsEmpty && selector.Has)
            {
                name.Forbidden("name and selector are mutually exclusive");
                selector.Forbidden("name and selector are mutually exclusive");
            }

            if (reference["parameterNotFoundAction"].MustExist())
            {
                reference["parameterNotFoundAction"].OneOf("Allow", "Deny");
            }
        }

        if (spec["matchResources"].Has)
        {
            AdmissionRules.Match(spec["matchResources"].As("spec.matchResouces")); // As the original spells it.
        }

        if (_mutating)
        {
            return;
        }

        var actions = spec["validationActions"];
        actions.MustExist("at least one validation action is required");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var action in actions.Items)
        {
            action.OneOf("Audit", "Deny", "Warn");
            if (!seen.Add(action.Text))
            {
                action.Duplicate();
            }
        }

        if (seen.Contains("Deny") && seen.Contains("Warn"))
        {
            actions.Invalid("must not contain both Deny and Warn");
        }
    }
}
