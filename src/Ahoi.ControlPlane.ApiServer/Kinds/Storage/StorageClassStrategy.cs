using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Storage;

/// <summary>Storage classes.</summary>
internal sealed class StorageClassStrategy : KindStrategy
{
    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        value.Default("reclaimPolicy", "Delete");
        value.Default("volumeBindingMode", "Immediate");
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        if (root["provisioner"].MustExist())
        {
            (root["provisioner"] with { Value = root["provisioner"].Text.ToLowerInvariant() }).Must(Names.Qualified);
        }

        foreach (var (key, item) in root["parameters"].Entries.Where(e => e.Key.Length == 0))
        {
            item.Invalid($"'{key}' is no name of a parameter");
        }

        root["reclaimPolicy"].OneOf("Delete", "Retain");
        root["volumeBindingMode"].RequiredOneOf("Immediate", "WaitForFirstConsumer");
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        foreach (var field in (ReadOnlySpan<string>)["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"])
        {
            root[field].Immutable(old[field]);
        }
    }
}
