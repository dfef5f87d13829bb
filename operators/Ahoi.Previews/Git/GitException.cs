namespace Ahoi.Previews.Git;

/// <summary>A repository that did not list its branches.</summary>
internal sealed class GitException(string reason, string message) : Exception(message)
{
    /// <summary>Gets why, in one word.</summary>
    public string Reason => reason;
}
