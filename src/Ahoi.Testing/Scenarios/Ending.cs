namespace Ahoi.Testing.Scenarios;

/// <summary>What a step leaves where nobody dies.</summary>
/// <param name="Objects">What has come since before the first step, by name.</param>
/// <param name="Lost">What was there before the first step, and is not any more.</param>
internal sealed record Ending(IReadOnlySet<string> Objects, IReadOnlySet<string> Lost);
