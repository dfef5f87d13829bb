using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Apps;

/// <summary>Deployments.</summary>
internal sealed class DeploymentStrategy : WorkloadStrategy
{
    /// <inheritdoc/>
    public override void PrepareUpdate(JsonMap value, JsonMap old, string subresource)
    {
        base.PrepareUpdate(value, old, subresource);
        if (subresource == "status")
        {
            // Annotations may change through status, labels may not.
            CarryOver(value.EnsureMap("metadata"), old.Map("metadata") ?? [], "labels");
        }
    }

    /// <inheritdoc/>
    public override bool ChangesGeneration(JsonMap value, JsonMap old) =>
        base.ChangesGeneration(value, old)
        || !JsonTree.Equals(value.At("metadata", "annotations"), old.At("metadata", "annotations"));

    /// <inheritdoc/>
    protected override void SetSpecDefaults(JsonMap spec)
    {
        spec.Default("replicas", 1);
        var strategy = spec.EnsureMap("strategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.EnsureMap("rollingUpdate");
            rolling.Default("maxUnavailable", "25%");
            rolling.Default("maxSurge", "25%");
        }

        spec.Default("revisionHistoryLimit", 10);
        spec.Default("progressDeadlineSeconds", 600);
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        spec["replicas"].NonNegative();
        RequireSelector(spec["selector"]);
        SelectedTemplate(spec);
        Strategy(spec["strategy"]);
        spec["minReadySeconds"].NonNegative();
        spec["revisionHistoryLimit"].NonNegative();
        var deadline = spec["progressDeadlineSeconds"];
        if (deadline.Has)
        {
            deadline.NonNegative();
            if (deadline.Integer <= spec["minReadySeconds"].Integer)
            {
                deadline.Invalid("must be greater than minReadySeconds");
            }
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors) =>
        Field.Root(value, errors)["spec"]["selector"].Immutable(old.At("spec", "selector"));

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors) => ReplicaStatus.Validate(value, old, errors);

    private static void Strategy(Field strategy)
    {
        var rolling = strategy["rollingUpdate"];
        switch (strategy["type"].Text)
        {
            case "Recreate":
                if (rolling.Has)
                {
                    rolling.Forbidden("may not be specified when strategy `type` is 'Recreate'");
                }

                break;
            case "RollingUpdate":
                if (!rolling.Has)
                {
                    rolling.Required("this should be defaulted and never be nil");
                    break;
                }

                var (unavailable, surge) = (rolling["maxUnavailable"], rolling["maxSurge"]);
                unavailable.CountOrPercent();
                surge.CountOrPercent();
                if (IsNone(unavailable) && IsNone(surge))
                {
                    unavailable.Invalid("may not be 0 when `maxSurge` is 0");
                }

                unavailable.AtMostAll();
                break;
            default:
                strategy.NotSupported("Recreate", "RollingUpdate");
                break;
        }
    }

    internal static bool IsNone(Field count) => (count.Percent() ?? count.Integer) == 0 && (count.Value is not string || count.Percent() == 0);
}
