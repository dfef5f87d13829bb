using System.Collections.Frozen;
using Ahoi.Api.Usage;
using Ahoi.ControlPlane.Node.Containers;
using Ahoi.ControlPlane.Node.Pods;

namespace Ahoi.ControlPlane.Node.Metrics;

/// <summary>Measures every five seconds what the machine and the containers of a node's pods use.</summary>
internal sealed class UsageSampler
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly PodController _pods;
    private readonly TimeProvider _time;
    private readonly UsageMeter _machine;
    private readonly Dictionary<string, UsageMeter> _runs = new(StringComparer.Ordinal);
    private volatile FrozenDictionary<string, IReadOnlyList<UsageSample>> _byPod = FrozenDictionary<string, IReadOnlyList<UsageSample>>.Empty;

    public UsageSampler(string node, PodController pods, TimeProvider time)
    {
        (_pods, _time) = (pods, time);
        _machine = new(node, time.GetUtcNow(), Machine.Measure().Processor);
    }

    /// <summary>Gets what the machine uses.</summary>
    public UsageSample? OfMachine => _machine.Last;

    /// <summary>Gets what the containers of a pod use; none where those of one that runs are not known yet.</summary>
    public IReadOnlyList<UsageSample> OfPod(string uid) => _byPod.GetValueOrDefault(uid) ?? [];

    /// <summary>Measures until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _machine.Note(_time.GetUtcNow(), Machine.Measure());
            Measure();
        }
    }

    private void Measure()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var byPod = new Dictionary<string, IReadOnlyList<UsageSample>>(StringComparer.Ordinal);
        foreach (var worker in _pods.Workers)
        {
            var running = worker.Runners.Where(r => r.Report.State is ContainerState.Running).Select(r => (r.Name, r.Run)).ToList();
            var samples = new List<UsageSample>();
            foreach (var (name, run) in running)
            {
                if (run is { Ended.IsCompleted: false } && Measure(name, run) is { } sample)
                {
                    samples.Add(sample);
                }

                seen.Add(run?.Id ?? "");
            }

            if (samples.Count == running.Count)
            {
                byPod[worker.Facts.Uid] = samples;
            }
        }

        foreach (var ended in _runs.Keys.Where(id => !seen.Contains(id)).ToList())
        {
            _runs.Remove(ended);
        }

        _byPod = byPod.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private UsageSample? Measure(string name, ContainerRun run)
    {
        if (!_runs.TryGetValue(run.Id, out var meter))
        {
            _runs[run.Id] = meter = new(name, run.StartedAt);
        }

        meter.Note(_time.GetUtcNow(), run.Measure());
        return meter.Last;
    }
}
