using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Apps;

/// <summary>Daemon sets.</summary>
internal sealed class DaemonSetStrategy : WorkloadStrategy
{
    private const string TemplateGeneration = "deprecated.daemonset.template.generation";

    /// <inheritdoc/>
    public override void PrepareCreate(JsonMap value)
    {
        base.PrepareCreate(value);
        SetTemplateGeneration(value, Math.Max(1, GetTemplateGeneration(value)));
    }

    /// <inheritdoc/>
    public override void PrepareUpdate(JsonMap value, JsonMap old, string subresource)
    {
        base.PrepareUpdate(value, old, subresource);
        if (subresource.Length == 0)
        {
            var changed = !JsonTree.Equals(value.At("spec", "template"), old.At("spec", "template"));
            SetTemplateGeneration(value, GetTemplateGeneration(old) + (changed ? 1 : 0));
        }
    }

    /// <inheritdoc/>
    protected override JsonMap InitialStatus(JsonMap value) =>
        new() { ["currentNumberScheduled"] = 0, ["numberMisscheduled"] = 0, ["desiredNumberScheduled"] = 0, ["numberReady"] = 0 };

    /// <inheritdoc/>
    protected override void SetSpecDefaults(JsonMap spec)
    {
        var strategy = spec.EnsureMap("updateStrategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.EnsureMap("rollingUpdate");
            rolling.Default("maxUnavailable", 1);
            rolling.Default("maxSurge", 0);
        }

        spec.Default("revisionHistoryLimit", 10);
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        var (selector, template) = (spec["selector"], spec["template"]);
        selector.LabelSelector();
        if (selector.IsSelector())
        {
            MustSelect(selector, template, emptySelects: true);
        }

        if (selector.Has && Selectors.IsEmptySelector(selector.Map))
        {
            selector.Invalid("empty selector is invalid for daemonset");
        }

        template.PodTemplate();
        NeverEnding(template);
        spec["minReadySeconds"].NonNegative();
        UpdateStrategy(spec["updateStrategy"]);
        spec["revisionHistoryLimit"].NonNegative();
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors) =>
        Field.Root(value, errors)["spec"]["selector"].Immutable(old.At("spec", "selector"));

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors) => ReplicaStatus.Validate(value, old, errors);

    private static void UpdateStrategy(Field strategy)
    {
        var rolling = strategy["rollingUpdate"];
        switch (strategy["type"].Text)
        {
            case "OnDelete":
                break;
            case "RollingUpdate":
                if (!rolling.MustExist())
                {
                    break;
                }

                var (unavailable, surge) = (rolling["maxUnavailable"], rolling["maxSurge"]);
                unavailable.CountOrPercent();
                surge.CountOrPercent();
                var (hasUnavailable, hasSurge) = (!DeploymentStrategy.IsNone(unavailable), !DeploymentStrategy.IsNone(surge));
                if (hasUnavailable && hasSurge)
                {
                    surge.Invalid("may not be set when maxUnavailable is non-zero");
                }
                else if (!hasUnavailable && !hasSurge)
                {
                    unavailable.Required("cannot be 0 when maxSurge is 0");
                }

                unavailable.AtMostAll();
                surge.AtMostAll();
                break;
            default:
                strategy["type"].NotSupported("OnDelete", "RollingUpdate");
                break;
        }
    }

    private static long GetTemplateGeneration(JsonMap value) =>
        long.TryParse(value.At("metadata", "annotations", TemplateGeneration) as string, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;

    private static void SetTemplateGeneration(JsonMap value, long number) =>
        value.EnsureMap("metadata").EnsureMap("annotations")[TemplateGeneration] = number.ToString(CultureInfo.InvariantCulture);
}
