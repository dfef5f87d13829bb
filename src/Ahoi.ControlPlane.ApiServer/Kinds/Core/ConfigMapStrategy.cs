using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Core;

/// <summary>Config maps.</summary>
internal sealed class ConfigMapStrategy : KindStrategy
{
    private const int MaxSize = 1024 * 1024;

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        long size = 0;
        foreach (var (key, item) in root["data"].Entries)
        {
            (item with { Value = key }).Must(Names.ConfigKey);
            if (root["binaryData"].Map.ContainsKey(key))
            {
                errors.Invalid(item.Path, key, "duplicate of key present in binaryData");
            }

            size += System.Text.Encoding.UTF8.GetByteCount(item.Text);
        }

        foreach (var (key, item) in root["binaryData"].Entries)
        {
            (item with { Value = key }).Must(Names.ConfigKey);
            size += SecretStrategy.DecodedLength(item.Text);
        }

        if (size > MaxSize)
        {
            root.As("[]").TooLong(MaxSize);
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors) =>
        Immutability.Keep(Field.Root(value, errors), old, "data", "binaryData");
}
