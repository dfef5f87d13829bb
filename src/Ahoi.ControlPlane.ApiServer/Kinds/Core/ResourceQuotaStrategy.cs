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
        ["pods", "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage"];

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

            foreach (var resource in spec["hard"].Map.Keys.Where(r => !Fits(name, r)))
            {
                scopes.Invalid($"unsupported scope applied to resource {resource}");
            }
        }

        if ((names.Contains("BestEffort") && names.Contains("NotBestEffort")) || (names.Contains("Terminating") && names.Contains("NotTerminating")))
        {
            scopes.Invalid("conflicting scopes");
        }

        foreach (var expression in spec["scopeSelector"]["matchExpressions"].Items)
        {
            if (!Scopes.Contains(expression["scopeName"].Text))
            {
                expression["scopeName"].Invalid("unsupported scope");
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

    private static bool Fits(string scope, string resource) => scope switch
    {
        "BestEffort" => resource == "pods" || resource.Contains('/', StringComparison.Ordinal),
        "Terminating" or "NotTerminating" or "NotBestEffort" or "PriorityClass" or "CrossNamespacePodAffinity" =>
            PodResources.Contains(resource) || resource.Contains('/', StringComparison.Ordinal) || resource.Contains("hugepages-", StringComparison.Ordinal),
        _ => true,
    };
}
