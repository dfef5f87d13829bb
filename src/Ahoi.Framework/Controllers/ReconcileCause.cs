using System.Diagnostics;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers;

/// <summary>One reason why a reconcile runs. It is for logs and traces; what to do follows from the state alone.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Type">The kind of the object it happened to, where there is one.</param>
/// <param name="Object">The object it happened to, where there is one.</param>
public sealed record ReconcileCause(CauseKind Kind, GroupVersionKind? Type = null, ObjectKey? Object = null)
{
    internal RawObject? Before { get; init; }

    internal RawObject? After { get; init; }

    /// <summary>Gets the trace that is behind it, where it is known.</summary>
    internal ActivityContext Trace { get; init; } = Activity.Current?.Context ?? default;

    /// <summary>Gets a word of whoever asked for the reconcile, or <see langword="null"/>.</summary>
    public string? Note { get; init; }

    /// <summary>Gets what became of <see cref="Object"/>: <c>came</c>, <c>changed</c> or <c>went</c>, and
    /// <see langword="null"/> where there is none.</summary>
    public string? Change => (Before, After) switch
    {
        (null, null) => null,
        (null, _) => "came",
        (_, null) => "went",
        _ => "changed",
    };

    /// <summary>Gets which field manager wrote the object last, as far as the cluster tells.</summary>
    public string? Manager => After?.LastManager;

    /// <summary>Gets which fields changed, managed fields and resource version left out; computed when asked for.</summary>
    public IReadOnlyList<string> ChangedFields =>
        Before is { } before && After is { } after ? Planning.FieldDifferences.Of(before, after) : [];

    /// <inheritdoc/>
    public override string ToString() =>
        Type is { } type && Object is { } key ? $"{Kind} {type.Kind} {key}" : Note is null ? Kind.ToString() : $"{Kind} ({Note})";
}
