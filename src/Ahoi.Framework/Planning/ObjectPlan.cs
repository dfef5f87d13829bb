using Ahoi.Api.Objects;

namespace Ahoi.Framework.Planning;

/// <summary>What one controller would do for one object.</summary>
/// <param name="Controller">The controller's name.</param>
/// <param name="Kind">The object's kind.</param>
/// <param name="Key">The object.</param>
/// <param name="Changes">What would be written, in this order.</param>
/// <param name="Faults">What keeps the reconcile from being planned or followed; empty where nothing does.</param>
public sealed record ObjectPlan(
    string Controller, GroupVersionKind Kind, ObjectKey Key, IReadOnlyList<PlannedChange> Changes, IReadOnlyList<string> Faults);
