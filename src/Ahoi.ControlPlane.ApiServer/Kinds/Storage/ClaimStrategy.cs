using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Storage;

/// <summary>Persistent volume claims.</summary>
internal sealed class ClaimStrategy : KindStrategy
{
    public ClaimStrategy()
    {
        HasStatus = true;
        DeleteAnswersObject = true;
    }

    /// <summary>Adds a finalizer to a new object.</summary>
    public static void Protect(JsonMap value, string finalizer)
    {
        var finalizers = value.EnsureMap("metadata").EnsureList("finalizers");
        if (!finalizers.Contains(finalizer))
        {
            finalizers.Add(finalizer);
        }
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        value.EnsureMap("spec").Default("volumeMode", "Filesystem");
        value.Map("status")?.Default("phase", "Pending");
    }

    /// <inheritdoc/>
    public override void PrepareCreate(JsonMap value)
    {
        base.PrepareCreate(value);
        Protect(value, "kubernetes.io/pvc-protection");
    }

    /// <inheritdoc/>
    protected override JsonMap InitialStatus(JsonMap value) => new() { ["phase"] = "Pending" };

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors) => ClaimRules.ClaimSpec(Field.Root(value, errors)["spec"]);

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        var was = old.Map("spec")?.DeepClone() ?? [];
        var bound = old.At("status", "phase") is "Bound";
        if (was.Text("volumeName") is null or "")
        {
            CarryOver(was, spec.Map, "volumeName");
        }

        if (was["storageClassName"] is null)
        {
            CarryOver(was, spec.Map, "storageClassName");
        }

        var storage = spec["resources"]["requests"].Key("storage");
        var before = (Field.Root(old, errors)["spec"]["resources"]["requests"].Key("storage")).Quantity();
        if (bound)
        {
            CarryOver(was.EnsureMap("resources"), spec["resources"].Map, "requests");
            CarryOver(was, spec.Map, "volumeAttributesClassName");
            if (storage.Quantity() is { } now && before is { } then && now < then)
            {
                spec["resources"]["requests"]["storage"].Forbidden("field can not be less than previous value");
            }
        }

        if (!SameOutside(spec.Map, was))
        {
            spec.Forbidden("spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
        }
    }
}
