using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Quantities;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Storage;

/// <summary>Persistent volume claims.</summary>
internal sealed class ClaimStrategy : KindStrategy
{
    private static readonly string[] ResizeStates =
        ["ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"];

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
        if (was.Text("volumeName") is null or "")
        {
            CarryOver(was, spec.Map, "volumeName");
        }

        if (was["storageClassName"] is null)
        {
            CarryOver(was, spec.Map, "storageClassName");
        }

        CarryOver(was, spec.Map, "volumeAttributesClassName");
        if (value.At("status", "phase") is "Bound" && spec["resources"]["requests"].Key("storage").Has)
        {
            was.EnsureMap("resources").EnsureMap("requests")["storage"] = spec["resources"]["requests"].Map["storage"];
        }

        if (!SameOutside(spec.Map, was))
        {
            spec.Forbidden("spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
        }

        var requests = spec["resources"]["requests"];
        var before = Field.Root(old, errors)["spec"]["resources"]["requests"].Key("storage").Quantity();
        var capacity = Field.Root(old, errors)["status"]["capacity"].Key("storage").Quantity() ?? new Quantity(0);

        // What could not be grown may be asked for less again, as long as that is more than what is there.
        if (requests.Key("storage").Quantity() is { } now && before is { } then && now < then && now <= capacity)
        {
            requests["storage"].Forbidden("field can not be less than status.capacity");
        }

        spec["volumeMode"].As("volumeMode").Immutable(old.At("spec", "volumeMode"));
        var (attributes, had) = (spec["volumeAttributesClassName"], old.At("spec", "volumeAttributesClassName"));
        if (had is not null && attributes.IsEmpty && !JsonTree.Equals(attributes.Value, had))
        {
            attributes.Forbidden("update from non-nil value to nil or the empty string is forbidden");
        }
    }

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var status = Field.Root(value, errors)["status"];
        foreach (var (_, amount) in status["capacity"].Entries)
        {
            amount.NonNegativeQuantity();
        }

        foreach (var (name, state) in status["allocatedResourceStatuses"].Entries)
        {
            var place = status["allocatedResourceStatuses"].As("status.allocatedResourceStatus");
            ResourceKey(place, name);
            if (!ResizeStates.Contains(state.Text))
            {
                (place with { Value = name }).NotSupported(ResizeStates);
            }
        }

        foreach (var (name, amount) in status["allocatedResources"].Entries)
        {
            ResourceKey(status["allocatedResources"], name);
            amount.NonNegativeQuantity();
        }
    }

    private static void ResourceKey(Field place, string name)
    {
        if ((place with { Value = name }).Must(Names.Qualified) && name != "storage"
            && (!name.Contains('/', StringComparison.Ordinal) || name.Contains("kubernetes.io/", StringComparison.Ordinal)))
        {
            (place with { Value = name }).NotSupported("storage");
        }
    }
}
