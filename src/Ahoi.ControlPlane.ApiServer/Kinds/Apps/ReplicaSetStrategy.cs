using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Apps;

/// <summary>Replica sets.</summary>
internal sealed class ReplicaSetStrategy : WorkloadStrategy
{
    /// <inheritdoc/>
    protected override JsonMap InitialStatus(JsonMap value) => new() { ["replicas"] = 0 };

    /// <inheritdoc/>
    protected override void SetSpecDefaults(JsonMap spec) => spec.Default("replicas", 1);

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        spec["replicas"].NonNegative();
        spec["minReadySeconds"].NonNegative();
        RequireSelector(spec["selector"]);
        SelectedTemplate(spec);
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors) =>
        Field.Root(value, errors)["spec"]["selector"].Immutable(old.At("spec", "selector"));

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors) => ReplicaStatus.Validate(value, old, errors);
}
