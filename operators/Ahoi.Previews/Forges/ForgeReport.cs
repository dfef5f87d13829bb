using Ahoi.Previews.Api;

namespace Ahoi.Previews.Forges;

/// <summary>What a forge is told of a preview.</summary>
/// <param name="Preview">The preview's name.</param>
/// <param name="Branch">Its branch.</param>
/// <param name="Commit">The whole name of its commit.</param>
/// <param name="State">How it is.</param>
/// <param name="Url">Where it answers.</param>
/// <param name="PullRequest">The number of the branch's pull request.</param>
internal sealed record ForgeReport(string Preview, string Branch, string Commit, ReportState State, string? Url, long? PullRequest)
{
    /// <summary>Gets the line that finds the comment again.</summary>
    public string Mark => $"<!-- ahoi-preview {Preview} -->";

    /// <summary>Gets what a status says.</summary>
    public string Description => State switch
    {
        ReportState.Ready => "The preview is ready",
        ReportState.Failed => "The preview does not come up",
        _ => "The preview is being made",
    };

    /// <summary>Gets what a comment says.</summary>
    public string Comment
    {
        get
        {
            var branch = Branch.Replace('`', '\'');
            var where = Url is null ? "" : $": {Url}";
            return $"{Mark}\n{Description}{where}\n\nBranch `{branch}`, commit {Commit[..Math.Min(10, Commit.Length)]}.\n";
        }
    }

    /// <summary>Says in short what is told, to know whether it was.</summary>
    public string Digest(PreviewReport how) => $"{Commit} {State} {Url}{(how.Comment && PullRequest is { } number ? $" #{number}" : "")}";
}

/// <summary>How a preview is, in the words that all forges have.</summary>
internal enum ReportState
{
    /// <summary>On its way.</summary>
    Pending,

    /// <summary>It answers with the commit.</summary>
    Ready,

    /// <summary>It cannot get there by itself.</summary>
    Failed,
}
