using System.Collections.Concurrent;
using System.Text;

namespace Ahoi.Testing.Scenarios;

/// <summary>Decides by a seed alone what happens to the requests of one step: the same verb, path and occurrence meet the same
/// fault, in whatever order requests come.</summary>
internal sealed class FaultPlan(int seed, string step, double rate, ConcurrentDictionary<string, byte[]> lists)
{
    /// <summary>How many requests with the same verb and path may be disturbed.</summary>
    private const int Disturbed = 4;

    private static readonly FaultKind[] Reads =
        [FaultKind.LostRequest, FaultKind.LostAnswer, FaultKind.LateAnswer, FaultKind.TooManyRequests, FaultKind.ServerError, FaultKind.GatewayTimeout, FaultKind.StaleList];

    private static readonly FaultKind[] Watches = [FaultKind.LostRequest, FaultKind.LateAnswer, FaultKind.Expired, FaultKind.ServerError, FaultKind.CutWatch, FaultKind.FrozenWatch];

    private static readonly FaultKind[] Writes =
    [
        FaultKind.LostRequest, FaultKind.LostAnswer, FaultKind.LateRequest, FaultKind.LateAnswer, FaultKind.Duplicated, FaultKind.Conflict,
        FaultKind.TooManyRequests, FaultKind.ServerError, FaultKind.GatewayTimeout,
    ];

    private readonly ConcurrentDictionary<string, int> _occurrences = new(StringComparer.Ordinal);

    /// <summary>Gets what lists were answered with before, in all steps of the seed.</summary>
    public ConcurrentDictionary<string, byte[]> Lists => lists;

    /// <summary>Decides about the next request with a verb and a path.</summary>
    /// <returns>What happens to it, and what it is called: by verb, path and occurrence.</returns>
    public (FaultKind Fault, string Name) Next(string verb, string path)
    {
        var occurrence = _occurrences.AddOrUpdate($"{verb} {path}", 1, (_, n) => n + 1);
        var name = $"{verb} {path} {occurrence}";
        if (occurrence > Disturbed || Share(name) >= rate)
        {
            return (FaultKind.None, name);
        }

        var kinds = verb switch { "WATCH" => Watches, "GET" => Reads, _ => Writes };
        return (kinds[Number($"kind {name}", kinds.Length)], name);
    }

    /// <summary>Gives a number below another, the same for the same name.</summary>
    public int Number(string name, int below) => (int)(Share(name) * below);

    private double Share(string name)
    {
        // FNV-1a, then the end of SplitMix64, so that near names have far numbers.
        var hash = 14695981039346656037UL ^ (uint)seed;
        foreach (var value in Encoding.UTF8.GetBytes($"{step} {name}"))
        {
            hash = (hash ^ value) * 1099511628211UL;
        }

        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return ((hash ^ (hash >> 31)) >> 11) / (double)(1UL << 53);
    }
}
