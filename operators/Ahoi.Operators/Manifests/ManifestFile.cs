namespace Ahoi.Operators.Manifests;

/// <summary>A file of manifests.</summary>
/// <param name="Path">Its path below the folder that all are written to.</param>
/// <param name="Content">What is in it.</param>
public sealed record ManifestFile(string Path, string Content);
