using System.Globalization;
using System.Net;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.Previews.Api;

namespace Ahoi.Previews.Forges;

/// <summary>Speaks to a forge: statuses of commits and comments of pull requests, by the APIs of GitHub (which Gitea shares) and
/// GitLab.</summary>
internal sealed class ForgeClient(HttpClient http, PreviewReport how, string token, TimeProvider time)
{
    private const string Context = "ahoi/preview";
    private const int PageSize = 100;

    /// <summary>How many pages of comments are looked through for one's own.</summary>
    private const int Pages = 10;

    private bool IsGitLab => how.Forge == ForgeKind.GitLab;

    private string Root => (how.ApiUrl ?? how.Forge switch
    {
        ForgeKind.GitHub => "https://api.github.com",
        ForgeKind.GitLab => "https://gitlab.com/api/v4",
        _ => throw new ForgeException("ApiUrlMissing", "spec.report.apiUrl has to say where Gitea's API is, as in https://git.example.com/api/v1."),
    }).TrimEnd('/');

    private string Project => IsGitLab
        ? $"{Root}/projects/{Uri.EscapeDataString(how.Project)}"
        : $"{Root}/repos/{string.Join('/', how.Project.Split('/').Select(Uri.EscapeDataString))}";

    /// <summary>Sets the commit's status.</summary>
    public async Task SetStatusAsync(ForgeReport report, CancellationToken cancellationToken)
    {
        var body = new JsonMap
        {
            ["state"] = (report.State, IsGitLab) switch
            {
                (ReportState.Ready, _) => "success",
                (ReportState.Failed, true) => "failed",
                (ReportState.Failed, false) => "failure",
                (_, true) => "running",
                _ => "pending",
            },
            ["description"] = report.Description,
            [IsGitLab ? "name" : "context"] = Context,
        };
        if (report.Url is not null)
        {
            body["target_url"] = report.Url;
        }

        if (IsGitLab)
        {
            body["ref"] = report.Branch;
        }

        // GitLab refuses a state that the commit has already, with 400.
        await SendAsync(HttpMethod.Post, $"{Project}/statuses/{report.Commit}", body, IsGitLab ? HttpStatusCode.BadRequest : null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the comment, or changes it.</summary>
    /// <param name="report">What it says.</param>
    /// <param name="known">The comment's number, where it was written before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The comment's number.</returns>
    public async Task<long> CommentAsync(ForgeReport report, long? known, CancellationToken cancellationToken)
    {
        var comments = string.Create(CultureInfo.InvariantCulture, $"{Project}/{(IsGitLab ? "merge_requests" : "issues")}/{report.PullRequest}/{(IsGitLab ? "notes" : "comments")}");
        var body = new JsonMap { ["body"] = report.Comment };
        var id = known ?? await FindAsync(comments, report.Mark, cancellationToken).ConfigureAwait(false);
        if (id is { } number)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{(IsGitLab ? comments : $"{Project}/issues/comments")}/{number}");
            if (await SendAsync(IsGitLab ? HttpMethod.Put : HttpMethod.Patch, path, body, HttpStatusCode.NotFound, cancellationToken).ConfigureAwait(false) is not null)
            {
                return number;
            }
        }

        return (await SendAsync(HttpMethod.Post, comments, body, null, cancellationToken).ConfigureAwait(false) as JsonMap)?.Integer("id")
            ?? throw new ForgeException("AnswerUnreadable", "The forge's answer to a comment has no id.");
    }

    /// <summary>Looks for the comment: what was written before a crash is not written twice.</summary>
    private async Task<long?> FindAsync(string comments, string mark, CancellationToken cancellationToken)
    {
        for (var page = 1; page <= Pages; page++)
        {
            var url = string.Create(CultureInfo.InvariantCulture, $"{comments}?per_page={PageSize}&limit={PageSize}&page={page}");
            if (await SendAsync(HttpMethod.Get, url, null, null, cancellationToken).ConfigureAwait(false) is not JsonList { Count: > 0 } list)
            {
                return null;
            }

            if (list.Maps.FirstOrDefault(c => c.Text("body")?.StartsWith(mark, StringComparison.Ordinal) == true)?.Integer("id") is { } id)
            {
                return id;
            }

            if (list.Count < PageSize)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Sends a request; nothing is returned where the answer is the one that is as good as done.</summary>
    private async Task<object?> SendAsync(HttpMethod method, string url, JsonMap? body, HttpStatusCode? good, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, url);
        request.Headers.UserAgent.Add(new("ahoi", null));
        if (IsGitLab)
        {
            request.Headers.Add("PRIVATE-TOKEN", token);
        }
        else
        {
            request.Headers.Authorization = new(how.Forge == ForgeKind.Gitea ? "token" : "Bearer", token);
            request.Headers.Accept.Add(new(how.Forge == ForgeKind.GitHub ? "application/vnd.github+json" : "application/json"));
        }

        if (body is not null)
        {
            request.Content = new StringContent(body.ToString(), Encoding.UTF8, "application/json");
        }

        try
        {
            using var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (answer.StatusCode == good)
            {
                return null;
            }

            Require(answer);
            return JsonTree.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (System.Text.Json.JsonException)
        {
            throw new ForgeException("AnswerUnreadable", "The forge answers with something that is not JSON; see whether spec.report.apiUrl is its API.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ForgeException("ForgeUnreachable", "The forge cannot be reached, or does not answer in time.");
        }
    }

    private void Require(HttpResponseMessage answer)
    {
        if (answer.IsSuccessStatusCode)
        {
            return;
        }

        var exhausted = answer.Headers.TryGetValues("X-RateLimit-Remaining", out var left) && left.FirstOrDefault() == "0";
        throw (int)answer.StatusCode switch
        {
            429 => new ForgeException("RateLimited", "The forge was asked too often.", Pause(answer)),
            403 when exhausted || answer.Headers.RetryAfter is not null => new ForgeException("RateLimited", "The forge was asked too often.", Pause(answer)),
            401 or 403 => new ForgeException("TokenRefused", $"The forge refuses the token of Secret {how.CredentialsSecret}; it has to be allowed to write statuses and comments of {how.Project}."),
            404 => new ForgeException("ProjectMissing", $"The forge knows no project {how.Project}, or not this commit or pull request, or hides them from the token."),
            >= 500 => new ForgeException("ForgeUnreachable", "The forge cannot be reached, or does not answer in time."),
            var code => new ForgeException("ReportRefused", $"The forge answers with {code}."),
        };
    }

    private TimeSpan? Pause(HttpResponseMessage answer) =>
        answer.Headers.RetryAfter is { } after
            ? after.Delta ?? after.Date - time.GetUtcNow()
            : answer.Headers.TryGetValues("X-RateLimit-Reset", out var reset) && long.TryParse(reset.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, 253402300799)) - time.GetUtcNow()
                : null;
}
