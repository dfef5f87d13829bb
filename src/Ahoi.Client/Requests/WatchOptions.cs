using Ahoi.Api.Objects;

namespace Ahoi.Client.Requests;

/// <summary>What is watched, from where on, and how.</summary>
public sealed record WatchOptions
{
    /// <summary>Gets the resource version after which events are sent. <see langword="null"/> begins anywhere: with what
    /// exists as added events.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Gets <c>NotOlderThan</c> or nothing; a watch with <see cref="SendInitialEvents"/> needs it and gets it when
    /// it is not given.</summary>
    public string? ResourceVersionMatch { get; init; }

    /// <summary>Gets whether what exists is sent first, closed by a bookmark annotated <c>k8s.io/initial-events-end</c>: a
    /// streaming list.</summary>
    public bool SendInitialEvents { get; init; }

    /// <summary>Gets whether the server may send bookmarks.</summary>
    /// <value>The default is true; the silence limit counts on them.</value>
    public bool AllowBookmarks { get; init; } = true;

    /// <summary>Gets the label selector.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Gets the field selector.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Gets after how long the server is to end the watch; <see langword="null"/> picks a random time between 5
    /// and 10 minutes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Gets how long the watch may be without a byte; <see langword="null"/> is
    /// <see cref="ApiClientOptions.WatchSilenceLimit"/>.</summary>
    public TimeSpan? SilenceLimit { get; init; }

    /// <summary>Gets whether to get type and metadata only.</summary>
    public bool MetadataOnly { get; init; }

    /// <summary>Gets which managed fields to keep; all, where <see langword="null"/>.</summary>
    public ManagedFieldsFilter? ManagedFields { get; init; }
}
