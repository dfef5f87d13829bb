using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers;

/// <summary>What became of one child.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Key">Its name.</param>
/// <param name="Group">The name of its group.</param>
/// <param name="State">Where it is.</param>
/// <param name="Message">What it waits for or what failed; empty where there is nothing to say.</param>
/// <param name="Live">The object in the cluster, or <see langword="null"/> where it is not there.</param>
public sealed record ChildOutcome(
    GroupVersionKind Kind, ObjectKey Key, string Group, ChildState State, string Message, RawObject? Live)
{
    /// <summary>Gets why the child could not be written, or <see langword="null"/>.</summary>
    public Exception? Fault { get; init; }

    /// <summary>Gets whether an object of that name is there that is not ours, so that nothing was written.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Gets whether <see cref="Live"/> has its metadata alone, because that is all that is kept of its kind.</summary>
    public bool IsMetadataAlone { get; init; }

    internal TimeSpan? Again { get; init; }

    internal EventDraft? Event { get; init; }
}
