using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Core;

/// <summary>Namespaces.</summary>
internal sealed class NamespaceStrategy : KindStrategy
{
    public NamespaceStrategy()
    {
        HasStatus = true;
        DeleteAnswersObject = true;
        NameFormat = NameFormat.Label;
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        var metadata = value.EnsureMap("metadata");
        if (metadata.Text("name") is { Length: > 0 } name)
        {
            metadata.EnsureMap("labels").Default("kubernetes.io/metadata.name", name);
        }
    }

    /// <inheritdoc/>
    public override void PrepareCreate(JsonMap value)
    {
        base.PrepareCreate(value);
        var finalizers = value.EnsureMap("spec").EnsureList("finalizers");
        if (!finalizers.Contains("kubernetes"))
        {
            finalizers.Add("kubernetes");
        }
    }

    /// <inheritdoc/>
    public override void PrepareUpdate(JsonMap value, JsonMap old, string subresource)
    {
        if (subresource == "finalize")
        {
            CarryOver(value, old, "status");
            return;
        }

        base.PrepareUpdate(value, old, subresource);
        CarryOver(value.EnsureMap("spec"), old.Map("spec") ?? [], "finalizers");
    }

    /// <inheritdoc/>
    protected override JsonMap InitialStatus(JsonMap value) => new() { ["phase"] = "Active" };

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        foreach (var finalizer in Field.Root(value, errors)["spec"]["finalizers"].Items)
        {
            finalizer.Must(Names.Qualified);
        }
    }

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors)
    {
        // Reported with a capital.
        var phase = Field.Root(value, errors)["status"]["phase"].As("status.Phase");
        var deleting = value.At("metadata", "deletionTimestamp") is not null;
        if ((phase.Text.Length == 0 ? "Active" : phase.Text) != (deleting ? "Terminating" : "Active"))
        {
            phase.Invalid(deleting ? "may only be 'Terminating' while deleting" : "may only be 'Active' while not deleting");
        }
    }
}
