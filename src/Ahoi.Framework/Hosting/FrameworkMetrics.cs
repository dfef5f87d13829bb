using System.Diagnostics.Metrics;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers.Engine;
using Ahoi.Framework.Informers;

namespace Ahoi.Framework.Hosting;

/// <summary>What an operator measures; the names are listed in docs/reference/metrics.md. No tag ever names an object.</summary>
internal sealed class FrameworkMetrics : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Ahoi.Framework";

    private static readonly InstrumentAdvice<double> Seconds =
        new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] };

    private readonly Meter _meter;
    private readonly Counter<long> _reconciles;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _watchRestarts;
    private readonly Counter<long> _terms;
    private readonly Counter<long> _taskRuns;
    private readonly Histogram<double> _taskDurations;
    private readonly UpDownCounter<long> _active;
    private readonly Histogram<double> _durations;
    private readonly Histogram<double> _waits;

    public FrameworkMetrics(string operatorName, IMeterFactory? factory = null)
    {
        var options = new MeterOptions(Name) { Tags = [new("ahoi.operator", operatorName)] };
        _meter = factory?.Create(options) ?? new Meter(options);
        _reconciles = _meter.CreateCounter<long>("ahoi.reconciles", "{reconcile}", "Finished reconciles by controller and result.");
        _retries = _meter.CreateCounter<long>("ahoi.reconcile.retries", "{retry}", "Retries planned after failed reconciles, by controller.");
        _active = _meter.CreateUpDownCounter<long>("ahoi.reconcile.active", "{reconcile}", "Reconciles that run now, by controller.");
        _durations = _meter.CreateHistogram("ahoi.reconcile.duration", "s", "How long reconciles took, by controller and result.", advice: Seconds);
        _waits = _meter.CreateHistogram("ahoi.queue.wait", "s", "How long objects waited for a worker, by controller.", advice: Seconds);
        _watchRestarts = _meter.CreateCounter<long>("ahoi.watch.restarts", "{restart}", "Watches that had to begin again, by kind and reason.");
        _taskRuns = _meter.CreateCounter<long>("ahoi.task.runs", "{run}", "Runs of periodic tasks by task and result.");
        _taskDurations = _meter.CreateHistogram("ahoi.task.duration", "s", "How long runs of periodic tasks took, by task and result.", advice: Seconds);
        _terms = _meter.CreateCounter<long>("ahoi.leadership.terms", "{term}", "How often this replica has begun to lead.");
    }

    /// <summary>Measures queues, caches and leadership from here on, each time somebody collects.</summary>
    public void Observe(IReadOnlyList<ControllerRunner> runners, ClusterCache cache, Func<bool> isLeading)
    {
        _meter.CreateObservableUpDownCounter(
            "ahoi.queue.depth", () => runners.Select(r => new Measurement<long>(r.Queue.Depth, Controller(r.Name))), "{object}", "Objects that wait for a worker, by controller.");
        _meter.CreateObservableGauge(
            "ahoi.queue.age", () => runners.Select(r => new Measurement<double>(r.Queue.Age.TotalSeconds, Controller(r.Name))), "s", "How long the object waits that waits longest, by controller.");
        _meter.CreateObservableUpDownCounter(
            "ahoi.cache.objects", () => PerKind(cache, i => (long)i.Store.Count, (a, b) => a + b), "{object}", "Objects in the cache, by kind.");
        _meter.CreateObservableUpDownCounter(
            "ahoi.cache.size", () => PerKind(cache, i => i.Store.Bytes, (a, b) => a + b), "By", "The JSON of the objects in the cache, by kind.");
        _meter.CreateObservableGauge(
            "ahoi.cache.silence", () => PerKind(cache, i => (i.Silence ?? TimeSpan.Zero).TotalSeconds, Math.Max), "s", "How long nothing was heard of a kind: no event, no bookmark.");
        _meter.CreateObservableUpDownCounter(
            "ahoi.leadership", () => isLeading() ? 1L : 0L, "{replica}", "1 where this replica reconciles, 0 where another one does.");
    }

    public void Began(string controller) => _active.Add(1, Controller(controller));

    public void Reconciled(string controller, string result, TimeSpan took, TimeSpan waited)
    {
        var by = Controller(controller);
        var with = new KeyValuePair<string, object?>("ahoi.result", result);
        _active.Add(-1, by);
        _reconciles.Add(1, by, with);
        _durations.Record(took.TotalSeconds, by, with);
        _waits.Record(waited.TotalSeconds, by);
    }

    public void Retried(string controller) => _retries.Add(1, Controller(controller));

    public void WatchRestarted(GroupVersionKind kind, string reason) => _watchRestarts.Add(1, Kind(kind), new("ahoi.reason", reason));

    public void TaskRan(string task, string result, TimeSpan? took)
    {
        var (by, with) = (new KeyValuePair<string, object?>("ahoi.task", task), new KeyValuePair<string, object?>("ahoi.result", result));
        _taskRuns.Add(1, by, with);
        if (took is { } time)
        {
            _taskDurations.Record(time.TotalSeconds, by, with);
        }
    }

    public void TermBegan() => _terms.Add(1);

    public void Dispose() => _meter.Dispose(); // One of a factory takes no notice: it ends with the factory.

    private static Measurement<T>[] PerKind<T>(ClusterCache cache, Func<Informer, T> measure, Func<T, T, T> add)
        where T : struct =>
        [.. cache.Informers.GroupBy(i => i.Scope.Kind).Select(g => new Measurement<T>(g.Select(measure).Aggregate(add), Kind(g.Key)))];

    private static KeyValuePair<string, object?> Controller(string name) => new("ahoi.controller", name);

    private static KeyValuePair<string, object?> Kind(GroupVersionKind kind) =>
        new("ahoi.kind", kind.Group.Length == 0 ? kind.Kind : $"{kind.Kind}.{kind.Group}");
}
