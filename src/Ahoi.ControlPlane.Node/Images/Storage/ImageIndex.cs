using System.Text.Json.Serialization;

namespace Ahoi.ControlPlane.Node.Images.Storage;

/// <summary>What a store's <c>index.json</c> says: which images there are, and which root filesystems they run in.</summary>
internal sealed record ImageIndex
{
    public const int KnownFormat = 1;

    public int Format { get; init; } = KnownFormat;

    /// <summary>Gets the images by their full names.</summary>
    public SortedDictionary<string, ImageEntry> Images { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Gets the root filesystems by their ids, which are also the names of their folders.</summary>
    public SortedDictionary<string, RootEntry> Roots { get; init; } = new(StringComparer.Ordinal);
}

/// <summary>An image.</summary>
/// <param name="Id">What tells it from others, as in <c>sha256:...</c>.</param>
/// <param name="Root">The id of the root filesystem.</param>
/// <param name="Config">How it is run.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Digest">The digest of the manifest that it was imported with.</param>
internal sealed record ImageEntry(string Id, string Root, ImageConfig Config, DateTimeOffset Created, string Source, string? Digest = null);

/// <summary>A root filesystem.</summary>
/// <param name="Size">How many bytes its files have.</param>
/// <param name="Recipe">What it was built from, so that the same is not built again.</param>
internal sealed record RootEntry(long Size, string? Recipe = null);

/// <summary>How the index is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImageIndex))]
internal sealed partial class ImageIndexJson : JsonSerializerContext;
