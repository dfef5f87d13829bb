using System.Collections.Concurrent;
using System.Text;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Previews.Api;
using k8s.Models;

namespace Ahoi.Previews.Forges;

/// <summary>Tells forges of previews: once for each change, and again after a while where it did not succeed. A forge that is
/// away holds up no preview.</summary>
internal sealed class ForgeReporter : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = 8 << 20,
    };

    private readonly ConcurrentDictionary<ObjectKey, (int Failures, DateTimeOffset Next, ForgeException Fault, string Digest)> _failed = new();

    /// <summary>Tells what is new.</summary>
    /// <param name="how">What the PreviewApp says.</param>
    /// <param name="app">The PreviewApp.</param>
    /// <param name="report">What is to be told.</param>
    /// <param name="told">What was told before.</param>
    /// <param name="context">The reconcile of the Preview.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What has been told now, and when to try again.</returns>
    public async Task<(ReportedState? Told, ForgeException? Fault, TimeSpan? Again)> TellAsync(
        PreviewReport how, PreviewApp app, ForgeReport report, ReportedState? told, ReconcileContext context, CancellationToken cancellationToken)
    {
        var digest = report.Digest(how);
        if (told?.Digest == digest || context.IsPlan)
        {
            _failed.TryRemove(context.Key, out _);
            return (told, null, null);
        }

        var now = context.Time.GetUtcNow();
        if (_failed.TryGetValue(context.Key, out var failed) && failed.Digest == digest && failed.Next > now)
        {
            return (told, failed.Fault, failed.Next - now);
        }

        try
        {
            var client = new ForgeClient(_http, how, await TokenAsync(how, app, context, cancellationToken).ConfigureAwait(false), context.Time);
            if (how.Status)
            {
                await client.SetStatusAsync(report, cancellationToken).ConfigureAwait(false);
            }

            var comment = how.Comment && report.PullRequest is not null
                ? await client.CommentAsync(report, told?.PullRequest == report.PullRequest ? told?.Comment : null, cancellationToken).ConfigureAwait(false)
                : (long?)null;
            _failed.TryRemove(context.Key, out _);
            return (new() { Digest = digest, PullRequest = comment is null ? null : report.PullRequest, Comment = comment }, null, null);
        }
        catch (ForgeException exception)
        {
            var failures = failed.Digest == digest ? failed.Failures + 1 : 1;
            var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, FirstPause.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 12))));
            pause = exception.RetryAfter is { } asked && asked > pause ? asked : pause;
            _failed[context.Key] = (failures, now + pause, exception, digest);
            return (told, exception, pause);
        }
    }

    public void Forget(ObjectKey preview) => _failed.TryRemove(preview, out _);

    public void Dispose() => _http.Dispose();

    private static async Task<string> TokenAsync(PreviewReport how, PreviewApp app, ReconcileContext context, CancellationToken cancellationToken)
    {
        var secret = await context.FindAsync<V1Secret>(how.CredentialsSecret, cancellationToken, app.Metadata.Namespace).ConfigureAwait(false);
        var token = secret?.Data?.TryGetValue("token", out var value) == true ? Encoding.UTF8.GetString(value).Trim() : "";
        return token.Length > 0 && token.All(c => c is > ' ' and < (char)127)
            ? token
            : throw new ForgeException("CredentialsMissing", $"There is no Secret {how.CredentialsSecret} with a token in namespace {app.Metadata.Namespace}, which spec.report.credentialsSecret names.");
    }
}
