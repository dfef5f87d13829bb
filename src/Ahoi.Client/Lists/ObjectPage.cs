using Ahoi.Api.Objects;

namespace Ahoi.Client.Lists;

/// <summary>A list, or a page of one.</summary>
/// <param name="Items">The objects, in the server's order.</param>
/// <param name="ResourceVersion">The resource version of the whole list; a watch goes on from here.</param>
/// <param name="Continue">The token of the next page, or <see langword="null"/> where this is the last.</param>
/// <param name="RemainingItemCount">About how many objects are still to come, where the server says so.</param>
public sealed record ObjectPage(
    IReadOnlyList<RawObject> Items, string ResourceVersion, string? Continue, long? RemainingItemCount);
