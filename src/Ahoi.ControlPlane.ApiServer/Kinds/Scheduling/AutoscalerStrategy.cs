using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Scheduling;

/// <summary>Horizontal pod autoscalers. Version 2 is stored; <see cref="AutoscalerVersions"/> converts.</summary>
internal sealed class AutoscalerStrategy : KindStrategy
{
    private static readonly string[] Sources = ["object", "external", "pods", "resource", "containerResource"];

    public AutoscalerStrategy() => HasStatus = true;

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        var spec = value.EnsureMap("spec");
        spec.Default("minReplicas", 1);
        if (value.Text("apiVersion") == "autoscaling/v1")
        {
            spec.Default("targetCPUUtilizationPercentage", 80);
            return;
        }

        if (spec.List("metrics") is null or { Count: 0 })
        {
            spec["metrics"] = new JsonList { AutoscalerVersions.CpuMetric(80) };
        }

        if (spec.Map("behavior") is { } behavior)
        {
            var up = behavior.EnsureMap("scaleUp");
            up.Default("stabilizationWindowSeconds", 0);
            SetPolicies(up, [("Pods", 4), ("Percent", 100)]);
            SetPolicies(behavior.EnsureMap("scaleDown"), [("Percent", 100)]);
        }
    }

    /// <inheritdoc/>
    protected override JsonMap InitialStatus(JsonMap value) => value.Text("apiVersion") == "autoscaling/v1"
        ? new() { ["currentReplicas"] = 0, ["desiredReplicas"] = 0 }
        : new() { ["currentMetrics"] = null, ["desiredReplicas"] = 0 };

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        if (spec["minReplicas"].Has && spec["minReplicas"].Integer < 1)
        {
            spec["minReplicas"].Invalid("must be greater than or equal to 1");
        }

        if (spec["maxReplicas"].Integer < 1)
        {
            spec["maxReplicas"].Invalid("must be greater than 0");
        }

        if (spec["minReplicas"].Has && spec["maxReplicas"].Integer < spec["minReplicas"].Integer)
        {
            spec["maxReplicas"].Invalid("must be greater than or equal to `minReplicas`");
        }

        Reference(spec["scaleTargetRef"]);
        if (spec["minReplicas"].Value is 0L && !spec["metrics"].Items.Any(m => m["type"].Text is "Object" or "External"))
        {
            spec["metrics"].Forbidden("must specify at least one Object or External metric to support scaling to zero replicas");
        }

        foreach (var metric in spec["metrics"].Items)
        {
            Metric(metric);
        }

        Direction(spec["behavior"]["scaleUp"]);
        Direction(spec["behavior"]["scaleDown"]);
    }

    private static void SetPolicies(JsonMap rules, ReadOnlySpan<(string Type, int Value)> policies)
    {
        rules.Default("selectPolicy", "Max");
        if (rules.List("policies") is null or { Count: 0 })
        {
            var list = new JsonList();
            foreach (var (type, value) in policies)
            {
                list.Add(new JsonMap { ["type"] = type, ["value"] = value, ["periodSeconds"] = 15 });
            }

            rules["policies"] = list;
        }
    }

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var status = Field.Root(value, errors)["status"];
        status["currentReplicas"].NonNegative();
        status["desiredReplicas"].NonNegative();
    }

    private static void Reference(Field reference)
    {
        reference["kind"].RequiredAnd(Names.PathSegment);
        reference["name"].RequiredAnd(Names.PathSegment);
        if (reference["apiVersion"].Text.Count(c => c == '/') > 1)
        {
            reference["apiVersion"].Invalid("must be a version, or a group, a slash and a version");
        }
    }

    private static void Metric(Field metric)
    {
        if (metric["type"].IsEmpty)
        {
            metric["type"].Required("must specify a metric source type");
        }

        metric["type"].OneOf("ContainerResource", "External", "Object", "Pods", "Resource");
        var present = Sources.Where(s => metric[s].Has).ToList();
        if (present.Count > 0)
        {
            Source(present[0], metric[present[0]]);
        }

        var wanted = Sources.FirstOrDefault(s => s.Equals(metric["type"].Text, StringComparison.OrdinalIgnoreCase));
        if (wanted is not null && !metric[wanted].Has)
        {
            metric[wanted].Required("must populate information for the given metric source");
        }

        foreach (var other in present.Where(p => present.Count != 1 && p != wanted))
        {
            metric[other].Forbidden("must populate the given metric source only");
        }
    }

    private static void Source(string kind, Field source)
    {
        var target = source["target"];
        switch (kind)
        {
            case "object":
                Reference(source["describedObject"]);
                source["metric"]["name"].RequiredAnd(Names.PathSegment);
                source["metric"]["selector"].LabelSelector();
                break;
            case "pods" or "external":
                source["metric"]["name"].RequiredAnd(Names.PathSegment);
                source["metric"]["selector"].LabelSelector();
                break;
            default:
                source["name"].MustExist("must specify a resource name");
                if (kind == "containerResource")
                {
                    source["container"].MustExist("must specify a container");
                }

                break;
        }

        Target(target);
        var (value, average, utilization) = (target["value"], target["averageValue"], target["averageUtilization"]);
        switch (kind)
        {
            case "object" or "external":
                if (!value.Has && !average.Has)
                {
                    average.Required("must set either a target value for metric or a per-pod target");
                }

                if (kind == "external" && value.Has && average.Has)
                {
                    value.Forbidden("may not set both a target value for metric and a per-pod target");
                }

                break;
            case "pods":
                if (average.Quantity() is not { Sign: > 0 })
                {
                    average.Required("must specify a positive target averageValue");
                }

                break;
            default:
                if (!utilization.Has && !average.Has)
                {
                    utilization.Required("must set either a target raw value or a target utilization");
                }

                if (utilization.Has && average.Has)
                {
                    average.Forbidden("may not set both a target raw value and a target utilization");
                }

                break;
        }
    }

    private static void Target(Field target)
    {
        if (target["type"].IsEmpty)
        {
            target["type"].Required("must specify a metric target type");
        }

        if (target["type"].Text is not ("AverageValue" or "Utilization" or "Value"))
        {
            target["type"].Invalid("must be either Utilization, Value, or AverageValue");
        }

        foreach (var name in (ReadOnlySpan<string>)["value", "averageValue"])
        {
            if (target[name].Quantity() is { Sign: <= 0 })
            {
                target[name].Invalid("must be positive");
            }
        }

        if (target["averageUtilization"].Has && target["averageUtilization"].Integer < 1)
        {
            target["averageUtilization"].Invalid("must be greater than 0");
        }
    }

    private static void Direction(Field rules)
    {
        if (!rules.Has)
        {
            return;
        }

        if (rules["stabilizationWindowSeconds"].Has)
        {
            rules["stabilizationWindowSeconds"].Between(0, 3600);
        }

        rules["tolerance"].NonNegativeQuantity();
        if (rules["selectPolicy"].Has)
        {
            rules["selectPolicy"].OneOf("Disabled", "Max", "Min");
        }

        rules["policies"].MustExist("must specify at least one Policy");
        foreach (var policy in rules["policies"].Items)
        {
            policy["type"].OneOf("Percent", "Pods");
            if (policy["value"].Integer <= 0)
            {
                policy["value"].Invalid("must be greater than zero");
            }

            policy["periodSeconds"].Between(1, 1800);
        }
    }
}
