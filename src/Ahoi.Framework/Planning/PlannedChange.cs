using Ahoi.Api.Objects;

namespace Ahoi.Framework.Planning;

/// <summary>One write that a reconcile would make.</summary>
/// <param name="Action">What would be done.</param>
/// <param name="Kind">The kind of the object it would be done to.</param>
/// <param name="Key">The object.</param>
/// <param name="Subresource">The part of it that is written on its own, <c>status</c> for example, or
/// <see langword="null"/>.</param>
/// <param name="Why">Why, in a few words; empty where the fields say it.</param>
/// <param name="Fields">The fields that would change, as the server says after a dry run: its defaults included. Values of
/// Secrets are hidden. Empty for a deletion, and where only the ownership of fields would change.</param>
public sealed record PlannedChange(
    PlannedAction Action, GroupVersionKind Kind, ObjectKey Key, string? Subresource, string Why, IReadOnlyList<FieldChange> Fields);
