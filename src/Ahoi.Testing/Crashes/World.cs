using Ahoi.Api.Objects;
using Ahoi.Client.Requests;

namespace Ahoi.Testing.Crashes;

/// <summary>All objects of a cluster at one moment.</summary>
internal sealed class World
{
    /// <summary>What comes and goes by itself.</summary>
    private static readonly string[] Restless = ["Event", "Lease", "PodMetrics", "NodeMetrics"];

    private readonly IReadOnlyList<RawObject> _objects;

    private World(IReadOnlyList<RawObject> objects) => _objects = objects;

    public static async Task<World> ReadAsync(ApiClient client)
    {
        var catalog = await client.Discovery.GetAsync().ConfigureAwait(false);
        var kinds = catalog.Resources
            .Where(r => r.Verbs.Contains("list") && !Restless.Contains(r.Type.Kind))
            .DistinctBy(r => (r.Type.Group, r.Type.Kind));
        var objects = new List<RawObject>();
        foreach (var kind in kinds)
        {
            objects.AddRange((await client.ListAsync(kind.Resource).ConfigureAwait(false)).Items);
        }

        return new(objects);
    }

    /// <summary>Names what has come since a moment.</summary>
    public IReadOnlySet<string> NewSince(World before, Func<RawObject, string?> nameOf)
    {
        var old = before.Uids();
        return _objects.Where(o => !old.Contains(o.Uid)).Select(nameOf).OfType<string>().ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Finds what was there at a moment, and is not there any more as the same object.</summary>
    public IEnumerable<string> LostSince(World before)
    {
        var now = Uids();
        return before._objects.Where(o => !now.Contains(o.Uid)).Select(o => $"{o}, which was there before, is gone");
    }

    /// <summary>Finds what should not be: objects that wait to be gone, and objects whose owners are gone.</summary>
    public IEnumerable<string> Faults()
    {
        var uids = Uids();
        foreach (var value in _objects)
        {
            if (value.IsBeingDeleted)
            {
                yield return $"{value} is being deleted and waits for {string.Join(", ", value.Finalizers)}";
            }

            foreach (var owner in value.OwnerReferences.Where(o => !uids.Contains(o.Uid)))
            {
                yield return $"{value} has lost its owner {owner.Kind} {owner.Name}";
            }
        }
    }

    private HashSet<string> Uids() => _objects.Select(o => o.Uid).ToHashSet(StringComparer.Ordinal);
}
