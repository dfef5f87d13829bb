using System.Runtime.CompilerServices;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Admission.Policies;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Patching;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Schemas;
using Ahoi.ControlPlane.ApiServer.Webhooks;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.ApiServer.Admission.Webhooks;

/// <summary>
/// Asks the configured webhooks about writes: mutating ones one after the other, in the order of their configurations'
/// names, validating ones all at once. A mutating webhook that wants so is asked again when the object changed after it.
/// </summary>
internal sealed partial class WebhookAdmission(ServerParts parts, WebhookClients clients) : IAdmission
{
    private const string Group = "admissionregistration.k8s.io";

    /// <inheritdoc/>
    public bool IsRepeated => true;

    private readonly ConditionalWeakTable<CachedObject, IReadOnlyList<Webhook>> _known = [];

    /// <inheritdoc/>
    public async ValueTask MutateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        var concerned = await ConcernedAsync("mutatingwebhookconfigurations", write, cancellationToken).ConfigureAwait(false);
        if (concerned.Count == 0)
        {
            return;
        }

        var rounds = write.Rounds;
        var callees = rounds.Of(this);
        callees.Return(write.Value);
        foreach (var webhook in concerned)
        {
            if (rounds.IsSecond && !callees.IsWanted(webhook.Key))
            {
                continue;
            }

            if (await MutateAsync(webhook, write, cancellationToken).ConfigureAwait(false))
            {
                callees.Changed();
                rounds.IsWanted = true;
            }

            if (webhook.IsRepeated)
            {
                callees.Called(webhook.Key);
            }
        }

        callees.Leave(write.Value);
    }

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        var concerned = await ConcernedAsync("validatingwebhookconfigurations", write, cancellationToken).ConfigureAwait(false);
        if (concerned.Count == 0)
        {
            return;
        }

        var asked = concerned.Select(w => AskAsync(w, write, mayPatch: false, cancellationToken).AsTask()).ToArray();
        await ((Task)Task.WhenAll(asked)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var one in asked)
        {
            await one.ConfigureAwait(false); // The first refusal is the answer.
        }
    }

    /// <returns>Whether the object is another one now.</returns>
    private async ValueTask<bool> MutateAsync(Webhook webhook, AdmissionWrite write, CancellationToken cancellationToken)
    {
        if (await AskAsync(webhook, write, mayPatch: true, cancellationToken).ConfigureAwait(false) is not var (response, seen)
            || response.Text("patch") is not { Length: > 0 } text)
        {
            return false;
        }

        if (write.Value is not { } value)
        {
            throw ApiErrors.Internal($"admission webhook \"{webhook.Name}\" attempted to modify the object, which is not supported for this operation");
        }

        var resource = write.Request.Resource;
        JsonMap changed;
        try
        {
            var patch = JsonTree.Parse(Convert.FromBase64String(text));
            changed = JsonPatch.Apply(await ObjectVersions.ConvertAsync(value, resource, seen, cancellationToken).ConfigureAwait(false), patch);
        }
        catch (Exception exception) when (exception is FormatException or System.Text.Json.JsonException or ApiException)
        {
            throw ApiErrors.Internal($"the patch of admission webhook \"{webhook.Name}\" cannot be applied: {exception.Message}", exception);
        }

        changed = await ObjectVersions.ConvertAsync(changed, seen, resource, cancellationToken).ConfigureAwait(false);
        Decode(webhook, changed, write);
        if (JsonTree.Equals(value, changed))
        {
            return false;
        }

        ObjectVersions.Replace(value, changed);
        return true;
    }

    /// <summary>Asks a webhook.</summary>
    /// <returns>Its consent; nothing where it cannot be had and is not needed.</returns>
    /// <exception cref="ApiException">It refuses, or cannot be reached and must.</exception>
    private async ValueTask<(JsonMap Response, ServedResource Seen)?> AskAsync(Webhook webhook, AdmissionWrite write, bool mayPatch, CancellationToken cancellationToken)
    {
        if (write.DryRun && webhook.HasSideEffects)
        {
            throw ApiErrors.BadRequest($"admission webhook \"{webhook.Name}\" does not support dry run");
        }

        var resource = write.Request.Resource;
        var seen = ObjectVersions.SeenBy(webhook.Match, write, parts.Registry.Current);
        JsonMap response;
        try
        {
            var review = WebhookReview.Ask(
                webhook,
                write,
                seen,
                write.Value is { } value ? await ObjectVersions.ConvertAsync(value, resource, seen, cancellationToken).ConfigureAwait(false) : null,
                write.Old is { } old ? await ObjectVersions.ConvertAsync(old, resource, seen, cancellationToken).ConfigureAwait(false) : null);
            var answer = await clients.Of(webhook.Client).AskAsync(review, webhook.Timeout, parts.Time, cancellationToken).ConfigureAwait(false);
            response = WebhookReview.Read(webhook, review, answer, mayPatch);
        }
        catch (WebhookException exception)
        {
            if (webhook.IgnoresFailure)
            {
                LogIgnored(parts.Logger, exception, webhook.Name);
                return null;
            }

            throw ApiErrors.Internal($"failed calling webhook \"{webhook.Name}\": failed to call webhook: {exception.Message}", exception);
        }

        foreach (var warning in response.List("warnings")?.Texts ?? [])
        {
            write.Request.Warn(warning);
        }

        return response.Flag("allowed") == true ? (response, seen) : throw WebhookReview.Refusal(webhook, response);
    }

    /// <summary>The webhooks of all configurations that a write is for, in order.</summary>
    private async ValueTask<IReadOnlyList<Webhook>> ConcernedAsync(string plural, AdmissionWrite write, CancellationToken cancellationToken)
    {
        // Whoever locked themselves out by a webhook can still change it.
        if (write.Request.Resource.Group == Group || write.Request.Resource.Storage is null)
        {
            return [];
        }

        var storage = parts.Registry.Current.Find(Group, "v1", plural)!.Storage!; // A built-in resource.
        await parts.Feed.CatchUpAsync(storage, cancellationToken).ConfigureAwait(false);
        var stored = storage.Cache.Snapshot(storage.Prefix, out _);
        if (stored.Count == 0)
        {
            return [];
        }

        var facts = AdmissionFacts.Of(parts, write);
        var labels = facts.Space is null ? null : PolicyMatch.LabelsOf(facts.Space);
        var concerned = new List<Webhook>();
        foreach (var webhook in stored.SelectMany(s => _known.GetValue(s, Read)))
        {
            if (!webhook.HasRules || !webhook.Match.Matches(write, parts.Registry.Current, labels))
            {
                continue;
            }

            var (isConcerned, fault) = webhook.Judge(facts.Find);
            if (fault is not null && !webhook.IgnoresFailure)
            {
                throw ApiErrors.Forbidden(write.Request.Resource.Resource, write.Name, fault);
            }

            if (isConcerned)
            {
                concerned.Add(webhook);
            }
        }

        return concerned;
    }

    private static IReadOnlyList<Webhook> Read(CachedObject stored)
    {
        var configuration = stored.Parse();
        return [.. (configuration.List("webhooks")?.Maps ?? []).Select((w, i) => new Webhook(w, stored.Name.ToString(), i))];
    }

    private static void Decode(Webhook webhook, JsonMap value, AdmissionWrite write)
    {
        try
        {
            ObjectVersions.Decode(value, write.Request.Resource, write, null);
        }
        catch (DecodingException exception)
        {
            throw ApiErrors.Internal($"the patch of admission webhook \"{webhook.Name}\" makes the object unreadable: {exception.Message}", exception);
        }
    }

    [LoggerMessage(ServerEventIds.WebhookIgnored, LogLevel.Warning, "Webhook {Webhook} did not answer and is passed over, as its failurePolicy says")]
    private static partial void LogIgnored(ILogger logger, Exception exception, string webhook);
}
