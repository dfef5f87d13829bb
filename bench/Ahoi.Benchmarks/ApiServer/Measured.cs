using System.Globalization;

namespace Ahoi.Benchmarks.ApiServer;

/// <summary>One figure, with what it is compared with.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Ours">The median.</param>
/// <param name="Baseline">The baseline's median, where there is one.</param>
/// <param name="Wanted">The least ratio of both that is wanted.</param>
internal sealed record Measured(string What, string Unit, double Ours, double? Baseline, double? Wanted)
{
    /// <summary>Gets the most that is wanted, for figures without a baseline.</summary>
    public double? AtMost { get; init; }

    public double? Ratio => Ours / Baseline;

    public static string Table(IEnumerable<Measured> all) => string.Join(
        '\n',
        all.Select(m => string.Create(
            CultureInfo.InvariantCulture,
            $"| {m.What} | {m.Ours:0.##} {m.Unit} | {(m.Baseline is { } b ? $"{b:0.##}" : "")} | {(m.Ratio is { } r ? $"{r:0.00}" : "")} | {(m.Wanted is { } w ? $"{w:0.0#}" : m.AtMost is { } most ? $"at most {most}" : "")} |"))
            .Prepend("| --- | --- | --- | --- | --- |").Prepend("| what | ours | baseline | ratio | wanted |"));

    public static string Json(IEnumerable<Measured> all) => $"[{string.Join(',', all.Select(m => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"what\":\"{m.What}\",\"unit\":\"{m.Unit}\",\"ours\":{m.Ours},\"baseline\":{(m.Baseline is { } b ? b.ToString(CultureInfo.InvariantCulture) : "null")}}}")))}]";
}
