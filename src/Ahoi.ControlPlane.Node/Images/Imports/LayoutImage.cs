using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Node.Images.Imports;

/// <summary>An image of an <see cref="ImageLayout"/>.</summary>
/// <param name="Id">The digest of its settings.</param>
/// <param name="Digest">The digest of its manifest, where it has one.</param>
/// <param name="Settings">Its settings, as the OCI image specification has them.</param>
/// <param name="Layers">Its layers, the lowest first.</param>
internal sealed record LayoutImage(string Id, string? Digest, JsonMap Settings, IReadOnlyList<LayoutLayer> Layers);

/// <summary>A layer.</summary>
/// <param name="File">Its file on this machine.</param>
/// <param name="Name">What it is called in errors.</param>
/// <param name="Digest">The digest of the file, where it is promised.</param>
/// <param name="Size">The size of the file, where it is promised.</param>
/// <param name="Difference">The digest of the tar in it, where it is promised.</param>
internal sealed record LayoutLayer(string File, string Name, string? Digest, long? Size, string? Difference);
