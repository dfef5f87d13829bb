using Ahoi.Api.Objects;

namespace Ahoi.Framework.Planning;

/// <summary>
/// Puts one object of a running operator into report-only mode: it is reconciled as ever, but nothing is written; an event
/// and the log say what would be. An object in this mode that is being deleted keeps its finalizer until the mode ends.
/// </summary>
public static class ReportOnly
{
    /// <summary>The annotation that says it.</summary>
    public const string Annotation = "ahoi.dev/mode";

    /// <summary>The annotation's value.</summary>
    public const string Value = "report-only";

    /// <summary>Tells whether an object is in this mode.</summary>
    /// <param name="resource">The object.</param>
    /// <returns>Whether it is.</returns>
    public static bool Is(RawObject resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.Annotations.TryGetValue(Annotation, out var mode) && mode == Value;
    }

    /// <summary>Says in one line what would be done.</summary>
    internal static string Describe(IReadOnlyList<PlannedChange> changes)
    {
        const int Shown = 5;
        var text = string.Join("; ", changes.Take(Shown).Select(c =>
            $"{c.Action.ToString().ToLowerInvariant()} {c.Kind.Kind} {c.Key.Name}{(c.Subresource is null ? "" : $" ({c.Subresource})")}"
            + (c.Action == PlannedAction.Update ? $" {string.Join(", ", c.Fields.Take(3).Select(f => f.Path))}" : "")));
        return changes.Count <= Shown ? text : $"{text}; and {changes.Count - Shown} more";
    }
}
