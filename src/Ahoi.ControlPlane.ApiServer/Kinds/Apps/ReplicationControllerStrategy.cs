using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Apps;

/// <summary>Replication controllers.</summary>
internal sealed class ReplicationControllerStrategy : WorkloadStrategy
{
    public ReplicationControllerStrategy() => DefaultPropagation = "Orphan";

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        base.SetDefaults(value);
        if (value.At("spec", "template", "metadata", "labels") is JsonMap { Count: > 0 } labels)
        {
            var spec = value.EnsureMap("spec");
            if (spec.Map("selector") is null or { Count: 0 })
            {
                spec["selector"] = labels.DeepClone();
            }

            if (value.EnsureMap("metadata").Map("labels") is null or { Count: 0 })
            {
                value.EnsureMap("metadata")["labels"] = labels.DeepClone();
            }
        }
    }

    /// <inheritdoc/>
    protected override JsonMap InitialStatus(JsonMap value) => new() { ["replicas"] = 0 };

    /// <inheritdoc/>
    protected override void SetSpecDefaults(JsonMap spec) => spec.Default("replicas", 1);

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        spec["minReadySeconds"].NonNegative();
        spec["selector"].MustExist();
        spec["replicas"].NonNegative();
        var (template, labels) = (spec["template"], spec["template"]["metadata"]["labels"]);
        if (spec["selector"].Map.Any(e => !JsonTree.Equals(labels.Map[e.Key], e.Value)))
        {
            errors.Invalid(labels.Path, labels.Map, "`selector` does not match template `labels`");
        }

        template.PodTemplate();
        NeverEnding(template);
    }

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors) => ReplicaStatus.Validate(value, old, errors);
}
