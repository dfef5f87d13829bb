namespace Ahoi.Framework.Scheduling;

/// <summary>What keeps pods off a node that do not tolerate it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value, or nothing.</param>
/// <param name="Effect"><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</param>
public sealed record NodeTaint(string Key, string Value, string Effect);
