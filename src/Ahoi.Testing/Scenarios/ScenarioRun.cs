using System.Diagnostics;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Leadership;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Testing.Scenarios;

/// <summary>The steps on a cluster of their own.</summary>
internal sealed class ScenarioRun : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>How long nothing has to change before that counts as the end.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    private readonly TestCluster _cluster;
    private readonly Action<AhoiBuilder> _configure;
    private readonly ScenarioOptions _options;
    private World _before = null!;

    private ScenarioRun(TestCluster cluster, Action<AhoiBuilder> configure, ScenarioOptions options)
    {
        _cluster = cluster;
        _configure = configure;
        _options = options;
    }

    /// <summary>Starts a cluster, in which the operator has run once: its definitions are there.</summary>
    public static async Task<ScenarioRun> StartAsync(Action<AhoiBuilder> configure, ScenarioOptions options)
    {
        var run = new ScenarioRun(await TestCluster.StartAsync(options.Cluster).ConfigureAwait(false), configure, options);
        try
        {
            await (options.Prepare?.Invoke(run._cluster) ?? Task.CompletedTask).ConfigureAwait(false);
            await TestCluster.StopAsync(await run._cluster.RunOperatorAsync(configure, options.OperatorName).ConfigureAwait(false)).ConfigureAwait(false);
            run._before = await run.QuietAsync("the start", w => w.Uids()).ConfigureAwait(false);
            return run;
        }
        catch
        {
            await run.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes a step that nobody dies at.</summary>
    public async Task<Ending> LiveAsync(ScenarioStep step)
    {
        var host = await StartAsync(null).ConfigureAwait(false);
        await step.Act(_cluster).ConfigureAwait(false);
        await step.Converged(_cluster).ConfigureAwait(false);
        var ending = await EndAsync(step).ConfigureAwait(false);
        await TestCluster.StopAsync(host).ConfigureAwait(false);
        return ending;
    }

    /// <summary>Takes a step at whose given write the operator dies, and lets another one end the work.</summary>
    /// <returns>Whether there was such a write.</returns>
    public async Task<bool> DieAsync(ScenarioStep step, int at, CrashMoments moment, Ending expected)
    {
        await step.Act(_cluster).ConfigureAwait(false);
        using var handler = new MortalHandler(_cluster.Connect().Handler!).DieAt(at, moment);
        var host = await StartAsync(handler).ConfigureAwait(false);
        var converged = step.Converged(_cluster);
        await Task.WhenAny(handler.Death, converged).ConfigureAwait(false);
        if (!handler.Death.IsCompleted)
        {
            // The last writes may come after what the step waits for.
            await converged.ConfigureAwait(false);
            await Task.WhenAny(handler.Death, EndAsync(step)).ConfigureAwait(false);
        }

        await TestCluster.StopAsync(host).ConfigureAwait(false);
        var died = handler.Death.IsCompleted;
        var when = died ? $"The operator died {(moment == CrashMoments.Before ? "before" : "after")} write {at} of '{step.Name}', {await handler.Death.ConfigureAwait(false)}" : $"Nobody died in '{step.Name}'";
        if (died)
        {
            _ = converged.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            host = await StartAsync(null).ConfigureAwait(false);
            try
            {
                await step.Converged(_cluster).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                throw new ScenarioException($"{when}, and the next one did not end the work: {exception.Message}", exception);
            }

            await RequireAsync(expected, when).ConfigureAwait(false);
            await TestCluster.StopAsync(host).ConfigureAwait(false);
        }
        else
        {
            await RequireAsync(expected, when).ConfigureAwait(false);
        }

        return died;
    }

    /// <summary>Starts an operator whose definitions are there.</summary>
    public Task<IHost> StartAsync(HttpMessageHandler? handler, Action<AhoiBuilder>? more = null, LeaderElectionOptions? leadership = null) =>
        _cluster.StartInstalledAsync(
            more is null ? _configure : _configure + more, _options.OperatorName, handler is null ? null : _cluster.Connect() with { Handler = handler }, leadership);

    /// <summary>Waits until a step has come to its end.</summary>
    public async Task ReachAsync(ScenarioStep step, Ending expected)
    {
        try
        {
            await step.Converged(_cluster).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw new ScenarioException($"'{step.Name}' does not come to an end: {exception.Message}", exception);
        }

        await RequireAsync(expected, $"'{step.Name}' was disturbed").ConfigureAwait(false);
    }

    /// <summary>Whether nothing is left that was not there before the first step.</summary>
    public async Task<bool> IsCleanAsync() => (await ReadAsync().ConfigureAwait(false)).NewSince(_before, o => o.Uid).Count == 0;

    /// <summary>Gets what it runs on.</summary>
    public TestCluster Cluster => _cluster;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private Task<World> ReadAsync() => World.ReadAsync(_cluster, _options.Cluster.Controllers);

    private async Task<Ending> EndAsync(ScenarioStep step)
    {
        var world = await QuietAsync($"'{step.Name}', without any death", w => w.NewSince(_before, _options.NameOf)).ConfigureAwait(false);
        return new(world.NewSince(_before, _options.NameOf), world.LostSince(_before).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Waits until no objects come and go, and nothing is wrong.</summary>
    private async Task<World> QuietAsync(string after, Func<World, IReadOnlySet<string>> objects)
    {
        IReadOnlySet<string>? last = null;
        var (started, since) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
        while (true)
        {
            var world = await ReadAsync().ConfigureAwait(false);
            var faults = world.Faults().ToList();
            var now = objects(world);
            if (faults.Count > 0 || last is null || !last.SetEquals(now))
            {
                since = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(since) >= Quiet)
            {
                return world;
            }

            if (Stopwatch.GetElapsedTime(started) > _options.Limit)
            {
                throw new ScenarioException($"After {after}: {(faults.Count > 0 ? string.Join("; ", faults) : "objects come and go without an end")}");
            }

            last = now;
            await Task.Delay(Pause, TimeProvider.System).ConfigureAwait(false);
        }
    }

    private async Task RequireAsync(Ending expected, string when)
    {
        var started = Stopwatch.GetTimestamp();
        for (var seen = -1L; ; await Task.Delay(Pause, TimeProvider.System).ConfigureAwait(false))
        {
            if (seen == _cluster.Revision && Stopwatch.GetElapsedTime(started) <= _options.Limit)
            {
                continue;
            }

            seen = _cluster.Revision;
            var world = await ReadAsync().ConfigureAwait(false);
            var objects = world.NewSince(_before, _options.NameOf);
            List<string> faults =
            [
                .. expected.Objects.Except(objects).Select(n => $"{n} is missing"),
                .. objects.Except(expected.Objects).Select(n => $"{n} is too much"),
                .. world.Faults(),
                .. world.LostSince(_before).Where(l => !expected.Lost.Contains(l)),
            ];
            if (faults.Count == 0)
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(started) > _options.Limit)
            {
                throw new ScenarioException($"{when}, and the cluster is not as it is without: {string.Join("; ", faults)}");
            }
        }
    }
}
