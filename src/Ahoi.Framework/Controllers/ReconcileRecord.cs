using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers;

/// <summary>What is remembered of one reconcile, for people who ask why it ran and what it did.</summary>
/// <param name="Controller">The controller.</param>
/// <param name="Kind">The object's kind.</param>
/// <param name="Key">The object.</param>
/// <param name="At">When it began.</param>
/// <param name="Waited">How long the object waited for a worker.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Causes">Why it ran.</param>
/// <param name="OmittedCauses">How many reasons more there were.</param>
/// <param name="Writes">What it wrote, in short.</param>
/// <param name="Result"><c>done</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Failure">Why it failed, or <see langword="null"/>.</param>
/// <param name="RetryAfter">After how long it is tried again, where it failed.</param>
public sealed record ReconcileRecord(
    string Controller,
    GroupVersionKind Kind,
    ObjectKey Key,
    DateTimeOffset At,
    TimeSpan Waited,
    TimeSpan Took,
    IReadOnlyList<ReconcileCause> Causes,
    int OmittedCauses,
    IReadOnlyList<string> Writes,
    string Result,
    string? Failure,
    TimeSpan? RetryAfter);
