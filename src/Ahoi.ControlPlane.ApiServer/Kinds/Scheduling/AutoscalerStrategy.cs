using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Scheduling;

/// <summary>Horizontal pod autoscalers. Version 2 is stored; <see cref="AutoscalerVersions"/> converts.</summary>
internal sealed class AutoscalerStrategy : KindStrategy
{
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

    private static void Reference(Field reference)
    {
        reference["kind"].RequiredAnd(Names.PathSegment);
        reference["name"].RequiredAnd(Names.PathSegment);
    }

    private static void Metric(Field metric)
    {
        var source = metric["type"].Text switch
        {
            "Resource" => "resource",
            "Pods" => "pods",
            "Object" => "object",
            "External" => "external",
            "ContainerResource" => "containerResource",
            _ => null,
        };
        if (source is null)
        {
            if (metric["type"].MustExist())
            {
                metric["type"].NotSupported("ContainerResource", "External", "Object", "Pods", "Resource");
            }

            return;
        }

        var spec = metric[source];
        if (!spec.MustExist())
        {
            return;
        }

        if (source is "resource" or "containerResource")
        {
            spec["name"].MustExist();
        }
        else
        {
            spec["metric"]["name"].RequiredAnd(Names.PathSegment);
        }

        if (source == "containerResource")
        {
            spec["container"].MustExist();
        }

        if (source == "object")
        {
            Reference(spec["describedObject"]);
        }

        Target(spec["target"]);
    }

    private static void Target(Field target)
    {
        if (target["type"].MustExist())
        {
            target["type"].OneOf("AverageValue", "Utilization", "Value");
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

        rules["selectPolicy"].OneOf("Disabled", "Max", "Min");
        rules["policies"].MustExist();
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
