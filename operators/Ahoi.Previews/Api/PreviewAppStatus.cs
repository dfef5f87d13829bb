using Ahoi.Framework.Definitions;

namespace Ahoi.Previews.Api;

/// <summary>What was found of a PreviewApp's branches.</summary>
public sealed record PreviewAppStatus
{
    /// <summary>Gets how many branches the repository has that are to be previewed.</summary>
    public long Branches { get; init; }

    /// <summary>Gets how many Previews there are.</summary>
    public long Previews { get; init; }

    /// <summary>Gets the generation whose pinned hosts were taken, and whose former ones given back.</summary>
    public long? PinnedGeneration { get; init; }

    /// <summary>Gets when a listing was last different from the one before.</summary>
    public DateTimeOffset? LastChange { get; init; }

    /// <summary>Gets the branches that have a Preview and are missing in the repository.</summary>
    [ListMap("branch")]
    public IReadOnlyList<MissingBranch>? Missing { get; init; }

    /// <summary>Gets the open pull requests that webhooks told of.</summary>
    [ListMap("branch")]
    public IReadOnlyList<BranchPullRequest>? PullRequests { get; init; }
}

/// <summary>A branch that is missing.</summary>
public sealed record MissingBranch
{
    /// <summary>Gets the branch.</summary>
    public required string Branch { get; init; }

    /// <summary>Gets when a complete listing first did not have it.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Gets how many complete listings did not have it; it is not counted beyond what is needed.</summary>
    public int Listings { get; init; }
}
