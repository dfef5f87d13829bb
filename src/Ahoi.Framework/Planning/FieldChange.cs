namespace Ahoi.Framework.Planning;

/// <summary>One field that a change touches.</summary>
/// <param name="Path">Where it is, as in <c>.spec.containers[web].image</c>; items of lists are named by their name where
/// all have one.</param>
/// <param name="Before">Its value as JSON, or <see langword="null"/> where it is not there.</param>
/// <param name="After">Its value as JSON, or <see langword="null"/> where it goes away.</param>
public sealed record FieldChange(string Path, string? Before, string? After);
