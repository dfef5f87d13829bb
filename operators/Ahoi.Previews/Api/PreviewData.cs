using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;

namespace Ahoi.Previews.Api;

/// <summary>What each preview has of its own where the app has data. All of it starts empty, and goes with the preview.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The lengths are read for the schema, and nothing is validated by these attributes.")]
public sealed record PreviewData
{
    /// <summary>Gets the PersistentVolumeClaims of the app's pods of which each preview gets one alike: of the same class, size and
    /// modes.</summary>
    [MaxLength(16)]
    public IReadOnlyList<string>? Claims { get; init; }

    /// <summary>Gets the Database, in the app's namespace, of which each preview gets one alike. What pods read from its Secret
    /// (<c>NAME-database</c>), those of a preview read from their own.</summary>
    [StringLength(50)]
    public string? Database { get; init; }
}
