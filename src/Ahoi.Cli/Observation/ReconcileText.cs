using System.Globalization;
using Ahoi.Api.Json;

namespace Ahoi.Cli.Observation;

/// <summary>Writes reconciles for people: when, how it ended, why it ran, what it wrote.</summary>
internal sealed class ReconcileText(TextWriter output, bool colours, TimeProvider time)
{
    private const int ShownFields = 8;

    public async Task WriteAsync(ReconcileQuestion question, JsonList reconciles)
    {
        await output.WriteLineAsync(reconciles.Count == 0
            ? $"{question.Kind.Kind} {question.Key}: no reconcile is remembered; a controller remembers its last 128"
            : $"{question.Kind.Kind} {question.Key}: {reconciles.Count} {(reconciles.Count == 1 ? "reconcile is" : "reconciles are")} remembered, the latest first");
        foreach (var reconcile in reconciles.Maps)
        {
            await output.WriteLineAsync();
            await WriteAsync(reconcile);
        }
    }

    private async Task WriteAsync(JsonMap reconcile)
    {
        var failed = reconcile.Text("result") == "failed";
        var at = DateTimeOffset.Parse(reconcile.Text("at")!, CultureInfo.InvariantCulture); // Part of the endpoint's contract.
        await output.WriteLineAsync(
            $"{reconcile.Text("at")} ({Ago(at)})  controller {reconcile.Text("controller")}: "
            + Paint(failed ? "31" : "32", reconcile.Text("result") ?? "")
            + $" after {Duration(Seconds(reconcile, "tookSeconds"))}, waited {Duration(Seconds(reconcile, "waitedSeconds"))}");
        foreach (var cause in reconcile.List("causes")?.Maps ?? [])
        {
            await output.WriteLineAsync($"  because  {Describe(cause)}");
        }

        if (reconcile.Integer("omittedCauses") is > 0 and var more)
        {
            await output.WriteLineAsync($"           and {more} reasons more");
        }

        foreach (var write in reconcile.List("writes")?.Texts ?? [])
        {
            await output.WriteLineAsync($"  wrote    {write}");
        }

        if (reconcile.Text("failure") is { } failure)
        {
            await output.WriteLineAsync(Paint("31", $"  failed   {failure}"));
            await output.WriteLineAsync($"           to be tried again after {Duration(Seconds(reconcile, "retryAfterSeconds"))}");
        }
    }

    private static string Describe(JsonMap cause)
    {
        var what = cause.Text("kind") is { } kind ? $"{kind} {(cause.Text("namespace") is { } ns ? ns + "/" : "")}{cause.Text("name")}" : "";
        var happened = cause.Text("change") ?? "changed";
        var note = cause.Text("note") is { } text ? $": {text}" : "";
        return cause.Text("cause") switch
        {
            "Seen" => "it was seen for the first time" + Change(cause, fields: false),
            "Changed" => "it changed" + Change(cause),
            "Gone" => "it is gone",
            "Child" => $"its child {what} {happened}" + Change(cause),
            "Dependency" => $"{what}, which it has read, {happened}" + Change(cause),
            "Mapped" => $"{what}, which is mapped to it, {happened}" + Change(cause),
            "Timer" => "its timer came up",
            "Retry" => "the last attempt failed" + note,
            "Resync" => "everything is looked at from time to time",
            "External" => "somebody asked" + note,
            var other => $"{other} {what}{note}",
        };
    }

    private static string Change(JsonMap cause, bool fields = true)
    {
        var changed = fields ? cause.List("fields")?.Texts.ToList() ?? [] : [];
        var names = changed.Count == 0 ? "" : $": {string.Join(", ", changed.Take(ShownFields))}{(changed.Count > ShownFields ? $" and {changed.Count - ShownFields} more" : "")}";
        return names + (cause.Text("manager") is { } manager ? $" (last written by {manager})" : "");
    }

    private static double Seconds(JsonMap map, string name) => Convert.ToDouble(map[name] ?? 0, CultureInfo.InvariantCulture);

    private static string Duration(double seconds) => seconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0.#} ms"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min"),
    };

    private string Ago(DateTimeOffset at) => $"{Duration(Math.Max(0, (time.GetUtcNow() - at).TotalSeconds))} ago";

    private string Paint(string colour, string text) => colours ? $"\e[{colour}m{text}\e[0m" : text;
}
