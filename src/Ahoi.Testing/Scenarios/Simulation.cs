using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Ahoi.Framework.Hosting;

namespace Ahoi.Testing.Scenarios;

/// <summary>
/// Lets a scenario run again and again while requests of the operator get lost, come late or twice, are answered with errors,
/// watches are cut, and operators die – each time otherwise, as a seed says. In the end the cluster has to be as it is where
/// nothing goes wrong, and on its way an operator deletes by uid alone and reconciles an object once at a time.
/// </summary>
/// <remarks>What happens to a request follows from the seed, its verb, its path and how many of these came before it. When
/// requests are sent is up to the machine, so that a seed that fails once in a while is tried again with
/// <see cref="SimulationOptions.FirstSeed"/>, or with the environment variable <c>AHOI_SEED</c>.</remarks>
public static class Simulation
{
    private const string SeedVariable = "AHOI_SEED";

    /// <summary>Most of a seed's time is looking whether anything happens before the clock leaps.</summary>
    private const int SeedsPerProcessor = 6;

    /// <summary>Tries seeds, several at a time.</summary>
    /// <param name="configure">Adds the operator's controllers. It is called for each start of the operator.</param>
    /// <param name="options">How it is done.</param>
    /// <param name="steps">What happens, one after the other. Where they leave nothing behind, seeds share clusters.</param>
    /// <returns>What was tried.</returns>
    /// <exception cref="ScenarioException">It made a difference; the message names the seed and what was disturbed.</exception>
    public static async Task<SimulationReport> RunAsync(Action<AhoiBuilder> configure, SimulationOptions options, params IReadOnlyList<ScenarioStep> steps)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.FaultRate is >= 0 and <= 1, true, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Replicas, 1, nameof(options));
        var started = Stopwatch.GetTimestamp();
        var clusters = new ConcurrentBag<ScenarioRun>();
        var counts = new ConcurrentDictionary<FaultKind, int>();
        var deaths = 0;
        var seeds = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } only
            ? [int.Parse(only, CultureInfo.InvariantCulture)]
            : Enumerable.Range(options.FirstSeed, options.Seeds).ToArray();
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = SeedsPerProcessor * Environment.ProcessorCount };
        try
        {
            var (undisturbed, expected) = await CalmAsync(configure, options, steps).ConfigureAwait(false);
            await KeepAsync(undisturbed, clusters).ConfigureAwait(false);
            await Parallel.ForEachAsync(seeds, atOnce, async (seed, _) =>
            {
                var run = clusters.TryTake(out var kept) ? kept : await ScenarioRun.StartAsync(configure, options).ConfigureAwait(false);
                var disturbance = new Disturbance(run, options, seed);
                try
                {
                    foreach (var (step, ending) in steps.Zip(expected))
                    {
                        await disturbance.TakeAsync(step, ending).ConfigureAwait(false);
                    }
                }
                catch (Exception exception)
                {
                    await disturbance.DisposeAsync().ConfigureAwait(false);
                    await run.DisposeAsync().ConfigureAwait(false);
                    var list = string.Concat(disturbance.Faults.Select(f => $"\n  {f.Fault}: {f.Request}"));
                    throw new ScenarioException($"Seed {seed} ({SeedVariable}={seed} tries it again): {exception.Message}. Disturbed were:{list}", exception);
                }

                await disturbance.DisposeAsync().ConfigureAwait(false);
                Interlocked.Add(ref deaths, disturbance.Deaths);
                foreach (var (fault, _) in disturbance.Faults)
                {
                    counts.AddOrUpdate(fault, 1, (_, n) => n + 1);
                }

                await KeepAsync(run, clusters).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        finally
        {
            while (clusters.TryTake(out var run))
            {
                await run.DisposeAsync().ConfigureAwait(false);
            }
        }

        return new(seeds.Length, counts, deaths, Stopwatch.GetElapsedTime(started));
    }

    private static async Task<(ScenarioRun Run, IReadOnlyList<Ending> Endings)> CalmAsync(Action<AhoiBuilder> configure, SimulationOptions options, IReadOnlyList<ScenarioStep> steps)
    {
        var run = await ScenarioRun.StartAsync(configure, options).ConfigureAwait(false);
        try
        {
            var endings = new List<Ending>();
            foreach (var step in steps)
            {
                endings.Add(await run.LiveAsync(step).ConfigureAwait(false));
            }

            return (run, endings);
        }
        catch
        {
            await run.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task KeepAsync(ScenarioRun run, ConcurrentBag<ScenarioRun> clusters)
    {
        if (await run.IsCleanAsync().ConfigureAwait(false))
        {
            clusters.Add(run);
        }
        else
        {
            await run.DisposeAsync().ConfigureAwait(false);
        }
    }
}
