using System.Diagnostics;
using Ahoi.Framework.Hosting;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Testing.Crashes;

/// <summary>The steps on a cluster of their own.</summary>
internal sealed class CrashRun : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>How long nothing has to change before that counts as the end.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    private readonly TestCluster _cluster;
    private readonly Action<AhoiBuilder> _configure;
    private readonly CrashOptions _options;
    private World _before = null!;

    private CrashRun(TestCluster cluster, Action<AhoiBuilder> configure, CrashOptions options)
    {
        _cluster = cluster;
        _configure = configure;
        _options = options;
    }

    /// <summary>Starts a cluster, in which the operator has run once: its definitions are there.</summary>
    public static async Task<CrashRun> StartAsync(Action<AhoiBuilder> configure, CrashOptions options)
    {
        var run = new CrashRun(await TestCluster.StartAsync(options.Cluster).ConfigureAwait(false), configure, options);
        try
        {
            await (options.Prepare?.Invoke(run._cluster) ?? Task.CompletedTask).ConfigureAwait(false);
            await TestCluster.StopAsync(await run._cluster.RunOperatorAsync(configure, options.OperatorName).ConfigureAwait(false)).ConfigureAwait(false);
            run._before = await run.ReadAsync().ConfigureAwait(false);
            return run;
        }
        catch
        {
            await run.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes a step that nobody dies at.</summary>
    public async Task<Ending> LiveAsync(CrashStep step)
    {
        var host = await StartAsync(null).ConfigureAwait(false);
        await step.Act(_cluster).ConfigureAwait(false);
        await step.Converged(_cluster).ConfigureAwait(false);
        var ending = await QuietAsync(step).ConfigureAwait(false);
        await TestCluster.StopAsync(host).ConfigureAwait(false);
        return ending;
    }

    /// <summary>Takes a step at whose given write the operator dies, and lets another one end the work.</summary>
    /// <returns>Whether there was such a write.</returns>
    public async Task<bool> DieAsync(CrashStep step, int at, CrashMoments moment, Ending expected)
    {
        await step.Act(_cluster).ConfigureAwait(false);
        using var handler = new MortalHandler(_cluster.Connect().Handler!, at, moment);
        var host = await StartAsync(handler).ConfigureAwait(false);
        var converged = step.Converged(_cluster);
        await Task.WhenAny(handler.Death, converged).ConfigureAwait(false);
        if (!handler.Death.IsCompleted)
        {
            // The last writes may come after what the step waits for.
            await converged.ConfigureAwait(false);
            await Task.WhenAny(handler.Death, QuietAsync(step)).ConfigureAwait(false);
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
                throw new CrashPointException($"{when}, and the next one did not end the work: {exception.Message}", exception);
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

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private Task<IHost> StartAsync(MortalHandler? handler) =>
        _cluster.StartInstalledAsync(_configure, _options.OperatorName, handler is null ? null : _cluster.Connect() with { Handler = handler });

    private Task<World> ReadAsync() => World.ReadAsync(_cluster.Client);

    /// <summary>Waits until nothing changes and nothing is wrong.</summary>
    private async Task<Ending> QuietAsync(CrashStep step)
    {
        Ending? last = null;
        var (started, since) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
        while (true)
        {
            var world = await ReadAsync().ConfigureAwait(false);
            var faults = world.Faults().ToList();
            var now = new Ending(world.NewSince(_before, _options.NameOf), world.LostSince(_before).ToHashSet(StringComparer.Ordinal));
            if (faults.Count > 0 || last is null || !last.Objects.SetEquals(now.Objects))
            {
                since = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(since) >= Quiet)
            {
                return now;
            }

            if (Stopwatch.GetElapsedTime(started) > _options.Limit)
            {
                throw new CrashPointException($"After '{step.Name}', without any death: {(faults.Count > 0 ? string.Join("; ", faults) : "objects come and go without an end")}");
            }

            last = now;
            await Task.Delay(Pause, TimeProvider.System).ConfigureAwait(false);
        }
    }

    private async Task RequireAsync(Ending expected, string when)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
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
                throw new CrashPointException($"{when}, and the cluster is not as it is without: {string.Join("; ", faults)}");
            }

            await Task.Delay(Pause, TimeProvider.System).ConfigureAwait(false);
        }
    }
}
