using System.Collections.Concurrent;
using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;

namespace Ahoi.Framework.Events;

/// <summary>
/// Reports events as Kubernetes' own controllers still do: core/v1 Events with a source and a count, which
/// <c>kubectl get events</c> and older tools read. What happens again counts one event up. Best effort: an event that is
/// refused is not tried again.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="host">The node that reports, where it is one.</param>
public sealed class CoreEvents(TimeProvider time, string? host = null)
{
    private const int Remembered = 4096; // As many as Kubernetes' recorder knows.
    private static readonly GroupVersionResource Resource = new("", "v1", "events");

    private readonly ConcurrentDictionary<(string Uid, string? Part, string Component, EventDraft Draft), (ObjectKey Key, long Count)> _known = new();
    private int _number;

    /// <summary>Reports that something happened to an object.</summary>
    /// <param name="client">Writes the event.</param>
    /// <param name="about">The object.</param>
    /// <param name="component">Who reports it.</param>
    /// <param name="draft">What happened.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When it is written, or refused.</returns>
    public async Task RecordAsync(ApiClient client, InvolvedObject about, string component, EventDraft draft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(draft);
        try
        {
            var now = Now();
            if (_known.TryGetValue((about.Uid, about.FieldPath, component, draft), out var known) && await RepeatAsync(client, known.Key, known.Count + 1, now, cancellationToken).ConfigureAwait(false))
            {
                _known[(about.Uid, about.FieldPath, component, draft)] = (known.Key, known.Count + 1);
                return;
            }

            var key = new ObjectKey(
                about.Key.Namespace ?? "default",
                string.Create(CultureInfo.InvariantCulture, $"{about.Key.Name}.{time.GetUtcNow().UtcTicks:x}{Interlocked.Increment(ref _number) & 0xff:x2}"));
            await client.CreateAsync(Resource, key.Namespace, RequestBody.FromMap(New(about, component, draft, key, now)), null, cancellationToken).ConfigureAwait(false);
            if (_known.Count >= Remembered)
            {
                _known.Clear();
            }

            _known[(about.Uid, about.FieldPath, component, draft)] = (key, 1);
        }
        catch (ApiException)
        {
            // A namespace that ends takes no more events, for example.
        }
    }

    private static async Task<bool> RepeatAsync(ApiClient client, ObjectKey key, long count, string now, CancellationToken cancellationToken)
    {
        try
        {
            await client.PatchAsync(
                Resource, key, Patch.Merge(RequestBody.FromMap(new() { ["count"] = count, ["lastTimestamp"] = now })), null, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            return false; // It has expired; another one begins.
        }
    }

    private string Now() => ApiTime.Write(time.GetUtcNow());

    private JsonMap New(InvolvedObject about, string component, EventDraft draft, ObjectKey key, string now)
    {
        var involved = new JsonMap { ["apiVersion"] = about.Type.ApiVersion, ["kind"] = about.Type.Kind, ["name"] = about.Key.Name, ["uid"] = about.Uid };
        if (about.Key.Namespace is { } @namespace)
        {
            involved["namespace"] = @namespace;
        }

        if (about.ResourceVersion is { } version)
        {
            involved["resourceVersion"] = version;
        }

        if (about.FieldPath is { } path)
        {
            involved["fieldPath"] = path;
        }

        var source = new JsonMap { ["component"] = component };
        if (host is not null)
        {
            source["host"] = host;
        }

        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonMap { ["name"] = key.Name, ["namespace"] = key.Namespace },
            ["involvedObject"] = involved,
            ["reason"] = draft.Reason,
            ["message"] = draft.Message.Length <= 1024 ? draft.Message : draft.Message[..1021] + "...",
            ["source"] = source,
            ["firstTimestamp"] = now,
            ["lastTimestamp"] = now,
            ["count"] = 1,
            ["type"] = draft.Type.ToString(),
            ["reportingComponent"] = component,
            ["reportingInstance"] = host ?? "",
        };
    }
}
