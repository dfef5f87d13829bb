using System.Text;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Hosting;
using Ahoi.Previews.Api;
using Ahoi.Previews.Git;
using Microsoft.Extensions.Logging;

namespace Ahoi.Previews.Hooks;

/// <summary>Takes calls of webhooks: whoever knows the secret makes the operator look at the repository now. Nothing that runs is
/// ever taken from a body.</summary>
internal sealed partial class HookReceiver(
    ApiClient client, Operator @operator, BranchListings listings, PullRequestNews news, TimeProvider time, ILogger<HookReceiver> logger)
{
    /// <summary>The key of the Secret's value.</summary>
    public const string SecretKey = "secret";

    private static readonly GroupVersionResource Apps = new(Group.Name, Group.Version, "previewapps");
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");

    // One answer for all, so that nobody learns what there is by asking.
    private static readonly HookAnswer Refused = new(401, "The signature is missing, wrong or too old, or no webhook is taken at this path.");

    private readonly HookDeliveries _deliveries = new();

    /// <summary>Takes a call.</summary>
    /// <param name="app">The PreviewApp that it is for.</param>
    /// <param name="request">The call.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What the caller is told.</returns>
    public async Task<HookAnswer> ReceiveAsync(ObjectKey app, HookRequest request, CancellationToken cancellationToken)
    {
        if (!@operator.IsLeading)
        {
            return new(503, "Another replica of the operator leads; call again.");
        }

        var now = time.GetUtcNow();
        if (await SecretAsync(app, cancellationToken).ConfigureAwait(false) is not { Length: > 0 } secret || !HookSignature.IsRight(request, secret, now))
        {
            LogRefused(logger, app);
            return Refused;
        }

        if (!_deliveries.Note(app, request, now))
        {
            return new(409, "This delivery was taken before; nothing was done.");
        }

        JsonMap body;
        try
        {
            body = JsonTree.ParseMap(request.Body.Span);
        }
        catch (System.Text.Json.JsonException)
        {
            return new(400, "The body is not a JSON object; let the webhook send application/json.");
        }

        return Follow(app, HookEvent.Of(request, body));
    }

    private HookAnswer Follow(ObjectKey app, HookEvent told)
    {
        if (told.Branch is not null)
        {
            news.Note(app, told.Branch, told.PullRequest);
        }
        else if (!told.IsPush)
        {
            return new(200, told.Name == "ping" ? "pong" : $"Nothing is done about '{told.Name}'.");
        }
        else
        {
            listings.Hint(app);
        }

        @operator.Wake("previewapp", app, $"a webhook told of '{told.Name}'");
        return new(202, told.IsPush ? "The repository is looked at." : "The pull request is noted.");
    }

    private async Task<string?> SecretAsync(ObjectKey app, CancellationToken cancellationToken)
    {
        if (await client.FindAsync(Apps, app, cancellationToken: cancellationToken).ConfigureAwait(false) is not { IsBeingDeleted: false } found
            || found.ToMap().At("spec", "source", "webhookSecret") is not string name
            || await client.FindAsync(Secrets, new(app.Namespace, name), cancellationToken: cancellationToken).ConfigureAwait(false) is not { } secret
            || secret.ToMap().At("data", SecretKey) is not string value)
        {
            return null;
        }

        // What was made of a file ends with its line.
        return Encoding.UTF8.GetString(Convert.FromBase64String(value)).TrimEnd('\r', '\n');
    }

    [LoggerMessage(1, LogLevel.Warning, "A webhook for PreviewApp {App} was refused: its signature is missing, wrong or too old, or there is no such app with source.webhookSecret")]
    private static partial void LogRefused(ILogger logger, ObjectKey app);
}
