using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Scheduling;

/// <summary>Pod disruption budgets.</summary>
internal sealed class DisruptionBudgetStrategy : KindStrategy
{
    public DisruptionBudgetStrategy()
    {
        HasStatus = true;
        CountsGeneration = true;
        AllowsUnconditionalUpdate = false;
    }

    /// <inheritdoc/>
    protected override JsonMap InitialStatus(JsonMap value) =>
        new() { ["disruptionsAllowed"] = 0, ["currentHealthy"] = 0, ["desiredHealthy"] = 0, ["expectedPods"] = 0 };

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        var (least, most) = (spec["minAvailable"], spec["maxUnavailable"]);
        if (least.Has && most.Has)
        {
            spec.Invalid("minAvailable and maxUnavailable cannot be both set");
        }

        foreach (var count in (ReadOnlySpan<Field>)[least, most])
        {
            if (count.Has)
            {
                count.CountOrPercent();
                count.AtMostAll();
            }
        }

        spec["selector"].LabelSelector();
        if (spec["unhealthyPodEvictionPolicy"].Has)
        {
            spec["unhealthyPodEvictionPolicy"].OneOf("AlwaysAllow", "IfHealthyBudget");
        }
    }

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var status = Field.Root(value, errors)["status"];
        foreach (var count in (ReadOnlySpan<string>)["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"])
        {
            status[count].NonNegative();
        }

        status["conditions"].Conditions();
    }
}
