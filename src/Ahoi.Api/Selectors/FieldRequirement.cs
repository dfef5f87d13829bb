namespace Ahoi.Api.Selectors;

/// <summary>One condition on a field of an object.</summary>
/// <param name="Path">The field, as in <c>metadata.name</c>.</param>
/// <param name="Value">What it is compared with.</param>
/// <param name="Differs">Whether it must differ from the value rather than be it.</param>
public sealed record FieldRequirement(string Path, string Value, bool Differs = false)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}{(Differs ? "!=" : "=")}{Escaped}";

    private string Escaped => Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("=", "\\=", StringComparison.Ordinal);
}
