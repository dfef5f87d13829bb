namespace Ahoi.Framework.Controllers;

/// <summary>Children that may come at the same time; the next group waits until all of these are ready.</summary>
/// <param name="Name">The name, for people.</param>
/// <param name="Children">The children.</param>
public sealed record ChildGroup(string Name, IReadOnlyList<Child> Children);
