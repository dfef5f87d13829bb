namespace Ahoi.Framework.Supervision;

/// <summary>The answer to a call about a child.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Child">The running child, where the call is about one that runs.</param>
/// <param name="Error">Why it did not start, where it did not.</param>
public sealed record ChildResult(ChildOutcome Outcome, IRunningChild? Child = null, Exception? Error = null);
