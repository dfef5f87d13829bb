using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Apps;

/// <summary>Stateful sets.</summary>
internal sealed class StatefulSetStrategy : WorkloadStrategy
{
    private static readonly string[] Changeable =
        ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    /// <inheritdoc/>
    protected override JsonMap InitialStatus(JsonMap value) => new() { ["replicas"] = 0, ["availableReplicas"] = 0 };

    /// <inheritdoc/>
    protected override void SetSpecDefaults(JsonMap spec)
    {
        spec.Default("podManagementPolicy", "OrderedReady");
        var strategy = spec.EnsureMap("updateStrategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            strategy.EnsureMap("rollingUpdate").Default("partition", 0);
        }

        var retention = spec.EnsureMap("persistentVolumeClaimRetentionPolicy");
        retention.Default("whenDeleted", "Retain");
        retention.Default("whenScaled", "Retain");
        spec.Default("replicas", 1);
        spec.Default("revisionHistoryLimit", 10);
        foreach (var claim in spec.Maps("volumeClaimTemplates"))
        {
            claim["apiVersion"] = "v1";
            claim["kind"] = "PersistentVolumeClaim";
            claim.EnsureMap("spec").Default("volumeMode", "Filesystem");
            claim.EnsureMap("status").Default("phase", "Pending");
        }
    }

    /// <inheritdoc/>
    public override void ValidateCreate(JsonMap value, FieldErrors errors)
    {
        base.ValidateCreate(value, errors);

        // Names of old are left alone.
        Field.Root(value, errors)["spec"]["serviceName"].MustIfSet(Names.Label);
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        if (spec["podManagementPolicy"].MustExist() && spec["podManagementPolicy"].Text is not ("OrderedReady" or "Parallel"))
        {
            spec["podManagementPolicy"].Invalid("must be 'OrderedReady' or 'Parallel'");
        }

        UpdateStrategy(spec["updateStrategy"]);
        foreach (var when in (ReadOnlySpan<string>)["whenDeleted", "whenScaled"])
        {
            spec["persistentVolumeClaimRetentionPolicy"][when].OneOf("Delete", "Retain");
        }

        spec["replicas"].NonNegative();
        spec["minReadySeconds"].NonNegative();
        spec["ordinals"]["start"].NonNegative();
        if (spec["revisionHistoryLimit"].Has)
        {
            spec["revisionHistoryLimit"].NonNegative();
        }

        RequireSelector(spec["selector"]);
        SelectedTemplate(spec);
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        if (!SameOutside(spec.Map, old.Map("spec") ?? [], Changeable))
        {
            spec.Forbidden($"updates to statefulset spec for fields other than {string.Join(", ", Changeable)} are forbidden");
        }
    }

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors) => ReplicaStatus.Validate(value, old, errors);

    private static void UpdateStrategy(Field strategy)
    {
        var rolling = strategy["rollingUpdate"];
        switch (strategy["type"].Text)
        {
            case "":
                strategy.Required();
                break;
            case "OnDelete":
                if (rolling.Has)
                {
                    rolling.Invalid("only allowed for updateStrategy 'RollingUpdate'");
                }

                break;
            case "RollingUpdate":
                rolling["partition"].NonNegative();
                if (rolling["maxUnavailable"] is { Has: true } unavailable)
                {
                    unavailable.CountOrPercent();
                    if (DeploymentStrategy.IsNone(unavailable))
                    {
                        unavailable.Invalid("cannot be 0");
                    }

                    unavailable.AtMostAll();
                }

                break;
            default:
                strategy.Invalid("must be 'RollingUpdate' or 'OnDelete'");
                break;
        }
    }
}
