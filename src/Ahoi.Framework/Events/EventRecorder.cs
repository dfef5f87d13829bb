using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Events;

/// <summary>
/// Reports events about objects, as <c>kubectl describe</c> shows them. Repeats are counted in one event; an object that
/// makes many gets few of them through. Reporting never fails and never waits.
/// </summary>
internal sealed partial class EventRecorder : IAsyncDisposable
{
    private const int Remembered = 4096;
    private const int Burst = 25;
    private static readonly TimeSpan Refill = TimeSpan.FromSeconds(30);
    private static readonly GroupVersionResource Resource = new("", "v1", "events");

    private readonly ApiClient _client;
    private readonly string _operatorName;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<(RawObject About, EventDraft Draft, string Controller)> _drafts =
        Channel.CreateBounded<(RawObject, EventDraft, string)>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Dictionary<(string Uid, EventType Type, string Reason, string Message), Series> _series = [];
    private readonly Dictionary<string, (double Tokens, long At)> _budgets = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private Task _run = Task.CompletedTask;

    public EventRecorder(ApiClient client, string operatorName, TimeProvider time, ILogger logger)
    {
        _client = client;
        _operatorName = operatorName;
        _time = time;
        _logger = logger;
    }

    public void Start() => _run = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);

    public void Record(RawObject about, EventDraft draft, string controller) => _drafts.Writer.TryWrite((about, draft, controller));

    /// <summary>Sends what waits, for a moment at most, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_drafts.Writer.TryComplete())
        {
            return;
        }

        await _run.WaitAsync(TimeSpan.FromSeconds(2), _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        Activity.Current = null;
        await foreach (var (about, draft, controller) in _drafts.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await SendAsync(about, draft, controller, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
#pragma warning disable CA1031 // Events are best effort: whatever goes wrong with one is logged, and the next comes.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(_logger, exception, draft.Reason, about.Key);
            }
        }
    }

    private async Task SendAsync(RawObject about, EventDraft draft, string controller, CancellationToken cancellationToken)
    {
        var key = (about.Uid, draft.Type, draft.Reason, draft.Message);
        var now = _time.GetUtcNow();
        if (_series.TryGetValue(key, out var series))
        {
            series.Count++;
            if (now - series.SentAt < TimeSpan.FromSeconds(Math.Min(10 * series.Count, 300)))
            {
                return; // Counted; the next that is sent says so.
            }

            series.SentAt = now;
            var patch = new JsonMap { ["count"] = series.Count, ["lastTimestamp"] = Text(now) };
            try
            {
                await _client.PatchAsync(Resource, series.Key, Patch.Merge(patch), null, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Api.Errors.ApiException exception) when (exception.Code == 404)
            {
                _series.Remove(key); // It has expired; another one begins.
            }
        }

        if (!Spend(about.Uid))
        {
            return;
        }

        if (_series.Count >= Remembered)
        {
            foreach (var old in _series.OrderBy(s => s.Value.SentAt).Take(Remembered / 4).ToArray())
            {
                _series.Remove(old.Key);
            }

            _budgets.Clear();
        }

        var @namespace = about.Namespace ?? "default";
        var name = string.Create(CultureInfo.InvariantCulture, $"{about.Name}.{now.UtcTicks:x}{_series.Count:x}");
        _series[key] = new(new(@namespace, name)) { SentAt = now };
        await _client.CreateAsync(Resource, @namespace, Content(about, draft, controller, @namespace, name, now), null, cancellationToken).ConfigureAwait(false);
    }

    private JsonMap Content(RawObject about, EventDraft draft, string controller, string @namespace, string name, DateTimeOffset now)
    {
        var involved = new JsonMap
        {
            ["apiVersion"] = about.ApiVersion,
            ["kind"] = about.Kind,
            ["name"] = about.Name,
            ["uid"] = about.Uid,
            ["resourceVersion"] = about.ResourceVersion,
        };
        if (about.Namespace is not null)
        {
            involved["namespace"] = about.Namespace;
        }

        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonMap { ["name"] = name, ["namespace"] = @namespace },
            ["involvedObject"] = involved,
            ["type"] = draft.Type.ToString(),
            ["reason"] = draft.Reason,
            ["message"] = draft.Message.Length <= 1024 ? draft.Message : draft.Message[..1021] + "...",
            ["source"] = new JsonMap { ["component"] = $"{_operatorName}/{controller}" },
            ["reportingComponent"] = $"{_operatorName}/{controller}",
            ["reportingInstance"] = Environment.MachineName,
            ["firstTimestamp"] = Text(now),
            ["lastTimestamp"] = Text(now),
            ["count"] = 1,
        };
    }

    /// <summary>An object may make some events at once, and after that one every while.</summary>
    private bool Spend(string uid)
    {
        var now = _time.GetTimestamp();
        var (tokens, at) = _budgets.GetValueOrDefault(uid, (Burst, now));
        tokens = Math.Min(Burst, tokens + (_time.GetElapsedTime(at, now) / Refill));
        var enough = tokens >= 1;
        _budgets[uid] = (enough ? tokens - 1 : tokens, now);
        return enough;
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    [LoggerMessage(FrameworkEventIds.EventFailed, LogLevel.Debug, "The event {Reason} of {Key} was not accepted")]
    private static partial void LogFailed(ILogger logger, Exception exception, string reason, ObjectKey key);

    private sealed class Series(ObjectKey key)
    {
        public ObjectKey Key { get; } = key;

        public int Count { get; set; } = 1;

        public DateTimeOffset SentAt { get; set; }
    }
}
