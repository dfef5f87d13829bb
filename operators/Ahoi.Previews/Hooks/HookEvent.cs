using Ahoi.Api.Json;
using Ahoi.Previews.Api;

namespace Ahoi.Previews.Hooks;

/// <summary>What a webhook tells. Of pushes, that there was one is enough: the repository itself says what it has.</summary>
/// <param name="Name">What the forge calls it.</param>
/// <param name="IsPush">Whether branches may have changed.</param>
/// <param name="Branch">The branch whose pull request is told of; <see langword="null"/> where none is.</param>
/// <param name="PullRequest">The pull request, while it is open.</param>
internal sealed record HookEvent(string Name, bool IsPush, string? Branch = null, PullRequest? PullRequest = null)
{
    private const int LongestText = 200;

    /// <summary>Reads a call whose signature is right.</summary>
    public static HookEvent Of(HookRequest request, JsonMap body) => request.Forge switch
    {
        HookForge.GitHub => OfGitHub(request.Header("X-GitHub-Event")!, body), // The header is what makes it GitHub's.
        HookForge.Gitea => OfGitHub(request.Header("X-Gitea-Event")!, body),
        HookForge.GitLab => OfGitLab(request.Header("X-Gitlab-Event")!, body),
        _ => new(Text(body.Text("type")) ?? "push", true),
    };

    private static HookEvent OfGitHub(string name, JsonMap body)
    {
        var request = body.Map("pull_request");
        if (name != "pull_request" || request?.At("head", "ref") is not string branch)
        {
            return new(name, name is "push" or "create" or "delete");
        }

        // A branch of a fork is another branch, whatever it is called.
        return request.At("head", "repo", "full_name") is not string head || head != request.At("base", "repo", "full_name") as string
            ? new(name, false)
            : new(name, false, branch, Request(
                request.Text("state") == "open", request.Integer("number") ?? body.Integer("number"), request.Text("title"), request.Text("html_url"), request.At("user", "login") as string));
    }

    private static HookEvent OfGitLab(string name, JsonMap body)
    {
        var request = body.Map("object_attributes");
        return name != "Merge Request Hook" || request?.Text("source_branch") is not { } branch || request.Integer("source_project_id") != request.Integer("target_project_id")
            ? new(name, name is "Push Hook" or "System Hook")
            : new(name, false, branch, Request(
                request.Text("state") is "opened" or "locked", request.Integer("iid"), request.Text("title"), request.Text("url"), body.At("user", "username") as string));
    }

    private static PullRequest? Request(bool isOpen, long? number, string? title, string? url, string? author) =>
        !isOpen || number is not > 0
            ? null
            : new()
            {
                Number = number.Value,
                Title = Text(title),
                Url = Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && url!.Length <= 500 ? url : null,
                Author = Text(author),
            };

    /// <summary>Takes out what a terminal would obey.</summary>
    private static string? Text(string? value)
    {
        var text = value is null ? null : string.Concat(value.Where(c => !char.IsControl(c))).Trim();
        return text is not { Length: > LongestText } ? text : char.IsHighSurrogate(text[LongestText - 1]) ? text[..(LongestText - 1)] : text[..LongestText];
    }
}
