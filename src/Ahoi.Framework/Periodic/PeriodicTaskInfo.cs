namespace Ahoi.Framework.Periodic;

/// <summary>How a periodic task is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Runs">How often it has run in this process.</param>
/// <param name="LastResult">How the last run ended: <c>done</c>, <c>failed</c>, <c>timeout</c> or <c>cancelled</c>;
/// <see langword="null"/> before the first.</param>
/// <param name="LastFailure">Why the last run failed, or <see langword="null"/>.</param>
/// <param name="Next">When the next run begins; <see langword="null"/> while it runs, while this replica does not lead,
/// and where there is none.</param>
/// <param name="IsStopped">Whether it has stopped itself, or its schedule has ended.</param>
public sealed record PeriodicTaskInfo(string Name, long Runs, string? LastResult, string? LastFailure, DateTimeOffset? Next, bool IsStopped);
