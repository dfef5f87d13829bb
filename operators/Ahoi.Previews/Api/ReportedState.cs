namespace Ahoi.Previews.Api;

/// <summary>What a forge was told of a preview.</summary>
public sealed record ReportedState
{
    /// <summary>Gets what it was told, in short.</summary>
    public required string Digest { get; init; }

    /// <summary>Gets the pull request that has the comment.</summary>
    public long? PullRequest { get; init; }

    /// <summary>Gets the comment's number.</summary>
    public long? Comment { get; init; }
}
