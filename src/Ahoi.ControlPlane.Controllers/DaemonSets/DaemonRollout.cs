using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;

namespace Ahoi.ControlPlane.Controllers.DaemonSets;

/// <summary>Which pods of former templates go, and which nodes get a second pod, so that no more nodes are without a working pod
/// than a daemon set allows.</summary>
internal static class DaemonRollout
{
    /// <summary>Decides one step.</summary>
    /// <param name="nodes">The pods of each node that has some.</param>
    /// <param name="isNew">Whether a pod is of the present template.</param>
    /// <param name="isAvailable">Whether a pod works.</param>
    /// <param name="maxUnavailable">How many nodes may be without a working pod.</param>
    /// <param name="maxSurge">How many nodes may have two pods; where it is not zero, new pods come before old ones go.</param>
    public static (List<RawObject> Going, List<string> Second) Step(
        IReadOnlyDictionary<string, List<RawObject>> nodes, Func<RawObject, bool> isNew, Func<RawObject, bool> isAvailable, long maxUnavailable, long maxSurge) =>
        maxSurge == 0 ? (Replaced(nodes, isNew, isAvailable, maxUnavailable), []) : Surge(nodes, isNew, isAvailable, maxSurge);

    /// <summary>Reads how many nodes may be without, and how many may have two.</summary>
    public static (long Unavailable, long Surge) Limits(JsonMap spec, int desired)
    {
        var update = spec.At("updateStrategy", "rollingUpdate") as JsonMap;
        var unavailable = CountOrPercent.Of(update?["maxUnavailable"], desired, up: true) ?? 1;
        var surge = CountOrPercent.Of(update?["maxSurge"], desired, up: true) ?? 0;
        return (unavailable == 0 && surge == 0 ? 1 : unavailable, surge);
    }

    private static List<RawObject> Replaced(
        IReadOnlyDictionary<string, List<RawObject>> nodes, Func<RawObject, bool> isNew, Func<RawObject, bool> isAvailable, long maxUnavailable)
    {
        var (without, broken, working) = (0, new List<RawObject>(), new List<RawObject>());
        foreach (var pods in nodes.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => n.Value))
        {
            if (!Sorted(pods, isNew, out var old, out var current) || (old is null) == (current is null))
            {
                without++; // Something is on its way there already.
            }
            else if (current is not null)
            {
                without += isAvailable(current) ? 0 : 1;
            }
            else
            {
                (isAvailable(old!) ? working : broken).Add(old!); // One of both is there.
            }
        }

        return [.. broken, .. working.Take((int)Math.Max(0, maxUnavailable - without))];
    }

    private static (List<RawObject> Going, List<string> Second) Surge(
        IReadOnlyDictionary<string, List<RawObject>> nodes, Func<RawObject, bool> isNew, Func<RawObject, bool> isAvailable, long maxSurge)
    {
        var (twice, going, needed, possible) = (0, new List<RawObject>(), new List<string>(), new List<string>());
        foreach (var (node, pods) in nodes.OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            if (!Sorted(pods, isNew, out var old, out var current))
            {
                twice++;
            }
            else if (old is null)
            {
                continue;
            }
            else if (current is null)
            {
                (isAvailable(old) ? possible : needed).Add(node);
            }
            else if (!isAvailable(old) || isAvailable(current))
            {
                going.Add(old);
            }
            else
            {
                twice++;
            }
        }

        return (going, [.. needed, .. possible.Take((int)Math.Max(0, maxSurge - twice))]);
    }

    /// <summary>Tells old and new apart; false where there are several of a sort.</summary>
    private static bool Sorted(List<RawObject> pods, Func<RawObject, bool> isNew, out RawObject? old, out RawObject? current)
    {
        var alive = pods.Where(p => !p.IsBeingDeleted).ToLookup(isNew);
        (old, current) = (alive[false].FirstOrDefault(), alive[true].FirstOrDefault());
        return alive[false].Take(2).Count() < 2 && alive[true].Take(2).Count() < 2;
    }
}
