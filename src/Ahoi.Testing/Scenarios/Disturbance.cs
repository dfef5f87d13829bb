using System.Collections.Concurrent;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Leadership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Testing.Scenarios;

/// <summary>Takes the steps of a scenario as one seed says: disturbs the operator's requests, and lets it die.</summary>
internal sealed class Disturbance : IAsyncDisposable
{
    /// <summary>An operator dies at one of so many writes at the latest, if it writes as many.</summary>
    private const int LatestDeath = 8;

    private readonly ScenarioRun _run;
    private readonly SimulationOptions _options;
    private readonly int _seed;
    private readonly Traffic _traffic;
    private readonly LeapingTime _time;
    private readonly ConcurrentDictionary<string, byte[]> _lists = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly List<IHost> _others = [];
    private (IHost Host, MortalHandler Handler)? _first;
    private FaultPlan _plan;

    public Disturbance(ScenarioRun run, SimulationOptions options, int seed)
    {
        (_run, _options, _seed) = (run, options, seed);
        _traffic = new(() => run.Cluster.Revision);
        _time = new(_traffic.Read);
        _plan = PlanOf("");
    }

    /// <summary>Gets how often the operator died.</summary>
    public int Deaths { get; private set; }

    /// <summary>Gets what was disturbed.</summary>
    public ConcurrentQueue<(FaultKind Fault, string Request)> Faults { get; } = new();

    /// <summary>Takes a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="expected">What it has to leave.</param>
    public async Task TakeAsync(ScenarioStep step, Ending expected)
    {
        var plan = _plan = PlanOf(step.Name);
        if (plan.Number("restart", 2) == 0)
        {
            await StopFirstAsync().ConfigureAwait(false);
        }

        // An operator that starts meets what happened while nobody looked, or it looks on.
        var acted = _first is null && plan.Number("late", 2) == 0;
        await (acted ? step.Act(_run.Cluster) : Task.CompletedTask).ConfigureAwait(false);
        for (var life = plan.Number("lives", _options.MostDeaths + 1); ; life--)
        {
            var (_, handler) = _first ??= await StartAsync().ConfigureAwait(false);
            handler.DieAt(
                life <= 0 ? 0 : 1 + plan.Number($"death {life}", LatestDeath),
                plan.Number($"moment {life}", 2) == 0 ? CrashMoments.Before : CrashMoments.After);
            while (_others.Count < _options.Replicas - 1)
            {
                _others.Add((await StartAsync().ConfigureAwait(false)).Host);
            }

            await (acted ? Task.CompletedTask : step.Act(_run.Cluster)).ConfigureAwait(false);
            acted = true;
            var end = _run.ReachAsync(step, expected);
            await Task.WhenAny(handler.Death, end).ConfigureAwait(false);
            var died = handler.Death.IsCompleted;
            if (died)
            {
                Deaths++;
                await StopFirstAsync().ConfigureAwait(false);
            }

            if (died && !end.IsCompletedSuccessfully)
            {
                _ = end.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                continue;
            }

            await end.ConfigureAwait(false);
            if (!_wrong.IsEmpty)
            {
                throw new ScenarioException($"In '{step.Name}': {string.Join("; ", _wrong.Distinct())}");
            }

            return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopFirstAsync().ConfigureAwait(false);
        foreach (var host in _others)
        {
            await TestCluster.StopAsync(host).ConfigureAwait(false);
        }

        await _time.DisposeAsync().ConfigureAwait(false);
    }

    private FaultPlan PlanOf(string step) => new(_seed, step, _options.FaultRate, _lists);

    private async Task<(IHost Host, MortalHandler Handler)> StartAsync()
    {
        var faulty = new FaultyHandler(
            _run.Cluster.Connect().Handler!, () => _plan, _time, _traffic, (fault, request) => Faults.Enqueue((fault, request)), _wrong.Enqueue);
        var handler = new MortalHandler(faulty);
        var once = new OneAtATime(_wrong.Enqueue);
        void Configure(AhoiBuilder ahoi)
        {
            ahoi.Use(once);
            ahoi.Services.AddSingleton<TimeProvider>(_time);
        }

        var lease = _options.Replicas == 1 ? null : new LeaderElectionOptions { LeaseNamespace = "default", LeaseName = "simulation" };
        return (await _run.StartAsync(handler, Configure, lease).ConfigureAwait(false), handler);
    }

    private async Task StopFirstAsync()
    {
        if (_first is { } first)
        {
            _first = null;
            await TestCluster.StopAsync(first.Host).ConfigureAwait(false);
        }
    }
}
