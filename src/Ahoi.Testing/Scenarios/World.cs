using Ahoi.Api.Objects;

namespace Ahoi.Testing.Scenarios;

/// <summary>All objects of a cluster at one moment.</summary>
internal sealed class World
{
    /// <summary>What comes and goes by itself.</summary>
    private static readonly string[] Restless = ["Event", "Lease"];

    /// <summary>What each namespace is given by the built-in controllers.</summary>
    private static readonly (string Kind, string Name)[] Given = [("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")];

    private readonly IReadOnlyList<RawObject> _objects;
    private readonly bool _controllers;

    private World(IReadOnlyList<RawObject> objects, bool controllers) => (_objects, _controllers) = (objects, controllers);

    /// <summary>Reads them.</summary>
    /// <param name="cluster">Where they are.</param>
    /// <param name="controllers">Whether the built-in controllers run, which put objects into each namespace.</param>
    public static async Task<World> ReadAsync(TestCluster cluster, bool controllers) =>
        new([.. (await cluster.SnapshotAsync().ConfigureAwait(false)).Where(o => !Restless.Contains(o.Kind))], controllers);

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

    /// <summary>Finds what should not be: objects that wait to be gone, objects whose owners are gone, and namespaces that the
    /// built-in controllers have not got to yet.</summary>
    public IEnumerable<string> Faults()
    {
        var uids = Uids();
        var names = _objects.Select(o => (o.Kind, o.Key)).ToHashSet();
        foreach (var space in _controllers ? _objects.Where(o => o is { Kind: "Namespace", IsBeingDeleted: false }) : [])
        {
            foreach (var given in Given.Where(g => !names.Contains((g.Kind, new(space.Key.Name, g.Name)))))
            {
                yield return $"{space} has no {given.Kind} {given.Name} yet";
            }
        }

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

    /// <summary>Gets the uids of all.</summary>
    public IReadOnlySet<string> Uids() => _objects.Select(o => o.Uid).ToHashSet(StringComparer.Ordinal);
}
