using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Webhooks;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>The conversion strategy Webhook: another server converts, asked with a ConversionReview over HTTPS.</summary>
/// <param name="webhook">The definition's conversion.webhook.</param>
/// <param name="clients">Speak with webhooks.</param>
/// <param name="time">The clock that ends the waiting.</param>
internal sealed class WebhookConversion(JsonMap webhook, WebhookClients clients, TimeProvider time) : IVersionConverter
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly string _reviewVersion = webhook.List("conversionReviewVersions")?.Texts.FirstOrDefault(v => v is "v1" or "v1beta1") ?? "v1";

    /// <inheritdoc/>
    public async ValueTask<JsonMap> ConvertAsync(JsonMap value, string apiVersion, CancellationToken cancellationToken)
    {
        if (value.Text("apiVersion") == apiVersion)
        {
            return value;
        }

        var uid = Guid.NewGuid().ToString("D");
        var review = new JsonMap
        {
            ["kind"] = "ConversionReview",
            ["apiVersion"] = $"apiextensions.k8s.io/{_reviewVersion}",
            ["request"] = new JsonMap { ["uid"] = uid, ["desiredAPIVersion"] = apiVersion, ["objects"] = new JsonList { value } },
        };
        var answer = await AskAsync(review, value, cancellationToken).ConfigureAwait(false);
        return Accept(answer, uid, value, apiVersion);
    }

    private static ApiException Failure(JsonMap value, string why, Exception? inner = null) =>
        new(new ApiStatus(500, StatusReason.InternalError, $"conversion webhook for {value.Text("apiVersion")}, Kind={value.Text("kind")} failed: {why}"), inner);

    private static JsonMap Accept(JsonMap answer, string uid, JsonMap value, string apiVersion)
    {
        if (answer.Text("kind") != "ConversionReview" || answer.Map("response") is not { } response)
        {
            throw Failure(value, "the answer is no ConversionReview with a response");
        }

        if (response.Text("uid") != uid)
        {
            throw Failure(value, "the response carries another request's uid");
        }

        if (response.Map("result")?.Text("status") != "Success")
        {
            throw Failure(value, response.Map("result")?.Text("message") is { Length: > 0 } message ? message : "it reports a failure without a message");
        }

        if (response.List("convertedObjects") is not [JsonMap converted])
        {
            throw Failure(value, "it did not return exactly one object");
        }

        if (converted.Text("apiVersion") != apiVersion)
        {
            throw Failure(value, $"it returned an object of {converted.Text("apiVersion")} where {apiVersion} was wanted");
        }

        if (converted.Text("kind") != value.Text("kind"))
        {
            throw Failure(value, "it changed the kind");
        }

        var (before, after) = (value.Map("metadata") ?? [], converted.Map("metadata") ?? []);
        foreach (var key in (ReadOnlySpan<string>)["name", "namespace", "uid"])
        {
            if ((before.Text(key) ?? "") != (after.Text(key) ?? ""))
            {
                throw Failure(value, $"it changed metadata.{key}");
            }
        }

        // Only labels and annotations are the webhook's to change.
        var metadata = before.DeepClone();
        foreach (var key in (ReadOnlySpan<string>)["labels", "annotations"])
        {
            if (after.Map(key) is { Count: > 0 } own)
            {
                metadata[key] = own;
            }
            else
            {
                metadata.Remove(key);
            }
        }

        converted["metadata"] = metadata;
        return converted;
    }

    private async Task<JsonMap> AskAsync(JsonMap review, JsonMap value, CancellationToken cancellationToken)
    {
        try
        {
            return await clients.Of(webhook.Map("clientConfig") ?? []).AskAsync(review, Timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (WebhookException exception)
        {
            throw Failure(value, exception.Message, exception);
        }
    }
}
