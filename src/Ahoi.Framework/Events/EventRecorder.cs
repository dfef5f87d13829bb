using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Events;

/// <summary>
/// Reports events about objects (<c>events.k8s.io/v1</c>), as <c>kubectl describe</c> shows them. What happens again makes
/// one event a series with a count, until it has not happened for a while; an object that makes many gets few of them
/// through. Reporting never fails and never waits.
/// </summary>
internal sealed partial class EventRecorder : IAsyncDisposable
{
    private const int Remembered = 4096;
    private const int Burst = 25;
    private const int LongestStem = 220; // A name has 253 characters at most.
    private static readonly TimeSpan Refill = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SeriesEnd = TimeSpan.FromMinutes(6); // As long as Kubernetes' own components wait.
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);
    private static readonly GroupVersionResource Resource = new("events.k8s.io", "v1", "events");

    private readonly ApiClient _client;
    private readonly string _operatorName;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<(RawObject About, EventDraft Draft, string Controller)> _drafts =
        Channel.CreateBounded<(RawObject, EventDraft, string)>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Dictionary<(string Uid, string Controller, EventDraft Draft), EventSeries> _series = [];
    private readonly Dictionary<string, (double Tokens, long At)> _budgets = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private Task _run = Task.CompletedTask;
    private int _number;

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
        using var sweeps = new PeriodicTimer(SweepEvery, _time);
        var (more, sweep) = (_drafts.Reader.WaitToReadAsync(cancellationToken).AsTask(), sweeps.WaitForNextTickAsync(cancellationToken).AsTask());
        while (true)
        {
            if (await Task.WhenAny(more, sweep).ConfigureAwait(false) == sweep)
            {
                await sweep.ConfigureAwait(false);
                await CatchUpAsync(s => _time.GetUtcNow() - s.LastAt >= SeriesEnd, cancellationToken).ConfigureAwait(false);
                sweep = sweeps.WaitForNextTickAsync(cancellationToken).AsTask();
                continue;
            }

            if (!await more.ConfigureAwait(false))
            {
                await CatchUpAsync(_ => true, cancellationToken).ConfigureAwait(false);
                return;
            }

            while (_drafts.Reader.TryRead(out var next))
            {
                await TrySendAsync(
                    () => SendAsync(next.About, next.Draft, next.Controller, cancellationToken), next.Draft.Reason, next.About.Key, cancellationToken).ConfigureAwait(false);
            }

            more = _drafts.Reader.WaitToReadAsync(cancellationToken).AsTask();
        }
    }

    /// <summary>Ends series: what the cluster was not told of them it is told now.</summary>
    private async Task CatchUpAsync(Func<EventSeries, bool> which, CancellationToken cancellationToken)
    {
        foreach (var (key, series) in _series.Where(s => which(s.Value)).ToArray())
        {
            _series.Remove(key);
            if (series.IsBehind)
            {
                await TrySendAsync(() => TellAsync(series, cancellationToken), key.Draft.Reason, series.Key, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task TrySendAsync(Func<Task> send, string reason, ObjectKey about, CancellationToken cancellationToken)
    {
        try
        {
            await send().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Events are best effort: whatever goes wrong with one is logged, and the next comes.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(_logger, exception, reason, about);
        }
    }

    private async Task SendAsync(RawObject about, EventDraft draft, string controller, CancellationToken cancellationToken)
    {
        var key = (about.Uid, controller, draft);
        var now = _time.GetUtcNow();
        if (_series.TryGetValue(key, out var series) && now - series.LastAt < SeriesEnd)
        {
            if (!series.Repeat(now))
            {
                return; // Counted; the next that is sent says so.
            }

            try
            {
                await TellAsync(series, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ApiException exception) when (exception.Code == 404)
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
            foreach (var old in _series.OrderBy(s => s.Value.LastAt).Take(Remembered / 4).ToArray())
            {
                _series.Remove(old.Key);
            }

            _budgets.Clear();
        }

        var stem = about.Name.Length <= LongestStem ? about.Name : about.Name[..LongestStem].TrimEnd('-', '.');
        var name = string.Create(CultureInfo.InvariantCulture, $"{stem}.{now.UtcTicks:x}{_number++ & 0xffff:x4}");
        var begun = new EventSeries(new(about.Namespace ?? "default", name), now);
        _series[key] = begun;
        var content = EventContent.Of(about, draft, EventContent.Reporter(_operatorName, controller), begun.Key, now);
        await _client.CreateAsync(Resource, begun.Key.Namespace, content, null, cancellationToken).ConfigureAwait(false);
    }

    private async Task TellAsync(EventSeries series, CancellationToken cancellationToken)
    {
        await _client.PatchAsync(Resource, series.Key, Patch.Merge(EventContent.Series(series.Count, series.LastAt)), null, cancellationToken).ConfigureAwait(false);
        series.Sent(_time.GetUtcNow());
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

    [LoggerMessage(FrameworkEventIds.EventFailed, LogLevel.Debug, "The event {Reason} of {Key} was not accepted")]
    private static partial void LogFailed(ILogger logger, Exception exception, string reason, ObjectKey key);
}
