using System.ComponentModel.DataAnnotations;

namespace Ahoi.Previews.Api;

/// <summary>A branch's open pull request – GitLab's merge request –, as a webhook told of it.</summary>
public sealed record PullRequest
{
    /// <summary>Gets its number.</summary>
    [Range(1, int.MaxValue)]
    public required long Number { get; init; }

    /// <summary>Gets its title.</summary>
    [StringLength(200)]
    public string? Title { get; init; }

    /// <summary>Gets where people see it.</summary>
    [StringLength(500)]
    public string? Url { get; init; }

    /// <summary>Gets who asks for it.</summary>
    [StringLength(200)]
    public string? Author { get; init; }
}

/// <summary>The pull request of a branch.</summary>
public sealed record BranchPullRequest
{
    /// <summary>Gets the branch.</summary>
    public required string Branch { get; init; }

    /// <summary>Gets its pull request.</summary>
    public required PullRequest PullRequest { get; init; }
}
