using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ahoi.Api.Objects;
using Ahoi.Framework.Definitions;

namespace Ahoi.Previews.Api;

/// <summary>A running copy of an app for one branch.</summary>
[CustomResource(Group.Name, Group.Version, ShortNames = ["prv"])]
[CelRule("self.metadata.name.matches('^[a-z][-a-z0-9]*$') && size(self.metadata.name) <= 57", Message = "a Preview's name begins with a letter, has no dots and at most 57 characters, because Services and labels have it")]
[PrinterColumn("Branch", JsonPath = ".spec.branch", Type = "string")]
[PrinterColumn("Host", JsonPath = ".status.host", Type = "string")]
[PrinterColumn("Commit", JsonPath = ".status.shortCommit", Type = "string")]
[PrinterColumn("Phase", JsonPath = ".status.phase", Type = "string")]
[PrinterColumn("Ready", JsonPath = ".status.conditions[?(@.type==\"Ready\")].status", Type = "string")]
[PrinterColumn("Expires", JsonPath = ".status.expiresAt", Type = "string")]
[PrinterColumn("Age", JsonPath = ".metadata.creationTimestamp", Type = "date")]
[PrinterColumn("Url", JsonPath = ".status.url", Type = "string", Priority = 1)]
[PrinterColumn("PR", JsonPath = ".spec.pullRequest.number", Type = "integer", Priority = 1)]
[PrinterColumn("Reason", JsonPath = ".status.conditions[?(@.type==\"Ready\")].reason", Type = "string", Priority = 1)]
public sealed record Preview
{
    /// <summary>Gets the metadata.</summary>
    public ObjectMeta Metadata { get; init; } = new();

    /// <summary>Gets what the preview should be.</summary>
    public required PreviewSpec Spec { get; init; }

    /// <summary>Gets what the preview is.</summary>
    public PreviewStatus? Status { get; init; }
}

/// <summary>What a preview should be.</summary>
public sealed record PreviewSpec
{
    /// <summary>Gets the app that is copied.</summary>
    [Immutable]
    public required PreviewAppReference AppRef { get; init; }

    /// <summary>Gets the branch, without <c>refs/heads/</c>.</summary>
    [Immutable]
    [StringLength(244, MinimumLength = 1)]
    [CelRule(
        "!self.startsWith('-') && !self.startsWith('/') && !self.endsWith('/') && !self.endsWith('.') && !self.endsWith('.lock') && !self.contains('..')"
        + " && !self.contains('//') && !self.contains('@{') && self != '@' && !self.matches('[\\\\x00-\\\\x20\\\\x7f~^:?*\\\\[\\\\\\\\]')",
        Message = "branch is not a name that git takes (git help check-ref-format)")]
    public required string Branch { get; init; }

    /// <summary>Gets the commit that should run.</summary>
    [RegularExpression("^[0-9a-f]{7,64}$")]
    [StringLength(64)]
    public required string Commit { get; init; }

    /// <summary>Gets the digits in the preview's names; made from the branch where left out.</summary>
    [Immutable]
    [RegularExpression("^[0-9a-f]{6,64}$")]
    [StringLength(64)]
    public string? Hash { get; init; }

    /// <summary>Gets the image, where it is not made from the commit.</summary>
    [StringLength(500)]
    public string? Image { get; init; }

    /// <summary>Gets the branch's open pull request.</summary>
    public PullRequest? PullRequest { get; init; }

    /// <summary>Gets whether the preview stays when its branch is gone, and never expires.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    [DefaultValue(false)]
    public bool Keep { get; init; }

    /// <summary>Gets whether nothing runs.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    [DefaultValue(false)]
    public bool Suspend { get; init; }
}

/// <summary>A PreviewApp.</summary>
public sealed record PreviewAppReference
{
    /// <summary>Gets its namespace.</summary>
    [StringLength(63)]
    public required string Namespace { get; init; }

    /// <summary>Gets its name.</summary>
    [StringLength(253)]
    public required string Name { get; init; }
}

/// <summary>What a preview is.</summary>
public sealed record PreviewStatus
{
    /// <summary>Gets one word for it all: Pending, Progressing, WaitingForImage, Ready, Sleeping, Expired, Deleting or Failed.</summary>
    public string? Phase { get; init; }

    /// <summary>Gets the digits in the preview's names.</summary>
    public string? Hash { get; init; }

    /// <summary>Gets the preview's host.</summary>
    public string? Host { get; init; }

    /// <summary>Gets where the preview is reached; only once it answers there.</summary>
    public string? Url { get; init; }

    /// <summary>Gets the commit that all pods run.</summary>
    public string? DeployedCommit { get; init; }

    /// <summary>Gets the commit that should run, as people write it.</summary>
    public string? ShortCommit { get; init; }

    /// <summary>Gets the last commit that was seen, with <see cref="LastCommitAt"/>.</summary>
    public string? LastCommit { get; init; }

    /// <summary>Gets when it was seen.</summary>
    public DateTimeOffset? LastCommitAt { get; init; }

    /// <summary>Gets when the preview is taken down unless a commit comes.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Gets what the forge was told.</summary>
    public ReportedState? Reported { get; init; }
}
