using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Core;

/// <summary>Resource quotas.</summary>
internal sealed class ResourceQuotaStrategy : KindStrategy
{
    private static readonly string[] Scopes = ["BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass", "Terminating", "VolumeAttributesClass"];

    private static readonly string[] PodResources =
        ["pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

    public ResourceQuotaStrategy()
    {
        HasStatus = true;
        DeleteAnswersObject = true;
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        Amounts(spec["hard"]);
        var scopes = spec["scopes"];
        var names = scopes.Items.Select(s => s.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!Scopes.Contains(name))
            {
                scopes.Invalid("unsupported scope");
            }

            foreach (var resource in spec["hard"].Map.Keys.Where(r => !Fits(name, r)).Order(StringComparer.Ordinal))
            {
                scopes.Invalid($"unsupported scope applied to resource {resource}");
            }
        }

        Conflicts(scopes, names);
        var expressions = spec["scopeSelector"]["matchExpressions"];
        var selected = new HashSet<string>(StringComparer.Ordinal);

        foreach (var item in expressions.Items)
        {
            // Reported at the list, whichever expression it is.
            var expression = item.As(expressions.Path);
            var scope = expression["scopeName"].Text;
            selected.Add(scope);
            if (!Scopes.Contains(expression["scopeName"].Text))
            {
                expression["scopeName"].Invalid("unsupported scope");
            }

            foreach (var resource in spec["hard"].Map.Keys.Where(r => !Fits(scope, r)).Order(StringComparer.Ordinal))
            {
                (expressions with { Value = spec["scopeSelector"].Value }).Invalid($"unsupported scope applied to resource {resource}");
            }

            if (scope is "BestEffort" or "NotBestEffort" or "Terminating" or "NotTerminating" or "CrossNamespacePodAffinity"
                && expression["operator"].Text != "Exists")
            {
                expression["operator"].Invalid($"must be 'Exists' when the scope is {scope}");
            }

            switch (expression["operator"].Text)
            {
                case "In" or "NotIn":
                    expression["values"].MustExist("must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                    break;
                case "Exists" or "DoesNotExist":
                    if (expression["values"].Count > 0)
                    {
                        expression["values"].Invalid("must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector");
                    }

                    break;
                default:
                    expression["operator"].Invalid("not a valid selector operator");
                    break;
            }
        }

        Conflicts(scopes, selected);
    }

    private static void Conflicts(Field scopes, HashSet<string> names)
    {
        foreach (var (one, other) in (ReadOnlySpan<(string, string)>)[("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")])
        {
            if (names.Contains(one) && names.Contains(other))
            {
                scopes.Invalid("conflicting scopes");
            }
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var scopes = Field.Root(value, errors)["spec"]["scopes"];
        var was = (old.At("spec", "scopes") as JsonList ?? []).OfType<string>();
        if (!scopes.Items.Select(s => s.Text).ToHashSet(StringComparer.Ordinal).SetEquals(was))
        {
            scopes.Invalid("field is immutable");
        }
    }

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors)
    {
        Amounts(Field.Root(value, errors)["status"]["hard"]);
        Amounts(Field.Root(value, errors)["status"]["used"]);
    }

    private static void Amounts(Field amounts)
    {
        foreach (var (name, amount) in amounts.Entries)
        {
            amount.QuotaResourceName(name);
            amount.ResourceAmount(name);
        }
    }

    // What is counted by a quota's own name for it, as in count/deployments.apps, fits every scope.
    private static bool Fits(string scope, string resource) => !ResourceRules.IsOfQuotas(resource) || scope switch
    {
        "BestEffort" => resource == "pods",
        "Terminating" or "NotTerminating" or "NotBestEffort" or "PriorityClass" or "CrossNamespacePodAffinity" => PodResources.Contains(resource),
        "VolumeAttributesClass" => resource is "persistentvolumeclaims" or "requests.storage",
        _ => true,
    };
}
