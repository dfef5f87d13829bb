using System.Diagnostics;
using Ahoi.Framework.Hosting;

namespace Ahoi.Testing.Scenarios;

/// <summary>
/// Tries what becomes of the cluster when the operator's process dies at any of its writes and another takes over. Each death
/// has a cluster of its own; in the end the cluster has to be as it is where nobody died: the same objects,
/// nothing that waits to be gone, nothing whose owner is gone, and nothing lost that was there before.
/// </summary>
/// <remarks>Reads change nothing, so that a death at one of them leaves what a death at the next write leaves.</remarks>
public static class CrashPoints
{
    /// <summary>Lets an operator die at the first write of each step, then at the second, and so on until there is no such write.</summary>
    /// <param name="configure">Adds the operator's controllers. It is called for each start of the operator.</param>
    /// <param name="steps">What happens, one after the other.</param>
    /// <returns>How often the operator died.</returns>
    /// <exception cref="ScenarioException">It made a difference.</exception>
    public static Task<CrashReport> CheckAsync(Action<AhoiBuilder> configure, params IReadOnlyList<ScenarioStep> steps) => CheckAsync(configure, new(), steps);

    /// <summary>Lets an operator die at the first write of each step, then at the second, and so on until there is no such write.</summary>
    /// <param name="configure">Adds the operator's controllers. It is called for each start of the operator.</param>
    /// <param name="options">How it is done.</param>
    /// <param name="steps">What happens, one after the other.</param>
    /// <returns>How often the operator died.</returns>
    /// <exception cref="ScenarioException">It made a difference.</exception>
    public static async Task<CrashReport> CheckAsync(Action<AhoiBuilder> configure, CrashOptions options, params IReadOnlyList<ScenarioStep> steps)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(steps);
        var started = Stopwatch.GetTimestamp();
        var deaths = steps.ToDictionary(s => s.Name, _ => 0, StringComparer.Ordinal);
        var expected = new List<Ending>();
        var immortal = await ScenarioRun.StartAsync(configure, options).ConfigureAwait(false);
        await using (immortal.ConfigureAwait(false))
        {
            foreach (var step in steps)
            {
                expected.Add(await immortal.LiveAsync(step).ConfigureAwait(false));
            }
        }

        foreach (var moment in new[] { CrashMoments.Before, CrashMoments.After }.Where(m => options.Moments.HasFlag(m)))
        {
            var mortal = steps.ToHashSet();
            for (var at = 1; mortal.Count > 0; at++)
            {
                var run = await ScenarioRun.StartAsync(configure, options).ConfigureAwait(false);
                await using var _ = run.ConfigureAwait(false);
                foreach (var (step, ending) in steps.Zip(expected))
                {
                    if (!mortal.Contains(step))
                    {
                        await run.LiveAsync(step).ConfigureAwait(false);
                    }
                    else if (await run.DieAsync(step, at, moment, ending).ConfigureAwait(false))
                    {
                        deaths[step.Name]++;
                    }
                    else
                    {
                        mortal.Remove(step);
                    }
                }
            }
        }

        return new(deaths, Stopwatch.GetElapsedTime(started));
    }
}
