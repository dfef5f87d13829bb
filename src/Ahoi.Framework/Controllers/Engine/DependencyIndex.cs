using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>What each reconciled object has read, so that it is woken when that changes.</summary>
internal sealed class DependencyIndex
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Dependency, HashSet<ObjectKey>> _readers = [];
    private readonly Dictionary<ObjectKey, HashSet<Dependency>> _read = [];

    /// <summary>Notes a reading; it counts from now on.</summary>
    public void Add(ObjectKey reader, Dependency dependency)
    {
        lock (_gate)
        {
            AddLocked(reader, dependency);
        }
    }

    /// <summary>Forgets what the object read before and does not read any more.</summary>
    public void Replace(ObjectKey reader, IReadOnlyCollection<Dependency> dependencies)
    {
        lock (_gate)
        {
            if (_read.TryGetValue(reader, out var before))
            {
                foreach (var dependency in before.Except(dependencies).ToArray())
                {
                    before.Remove(dependency);
                    if (_readers.TryGetValue(dependency, out var readers) && readers.Remove(reader) && readers.Count == 0)
                    {
                        _readers.Remove(dependency);
                    }
                }

                if (before.Count == 0)
                {
                    _read.Remove(reader);
                }
            }

            foreach (var dependency in dependencies)
            {
                AddLocked(reader, dependency);
            }
        }
    }

    /// <summary>Who has read an object, by its name or in a list.</summary>
    public IReadOnlyCollection<ObjectKey> ReadersOf(GroupVersionKind kind, ObjectKey key)
    {
        lock (_gate)
        {
            var found = new HashSet<ObjectKey>();
            foreach (var dependency in (ReadOnlySpan<Dependency>)[new(kind, key.Namespace, key.Name), new(kind, key.Namespace, null), new(kind, null, null)])
            {
                if (_readers.TryGetValue(dependency, out var readers))
                {
                    found.UnionWith(readers);
                }
            }

            return found;
        }
    }

    private void AddLocked(ObjectKey reader, Dependency dependency)
    {
        if (!_readers.TryGetValue(dependency, out var readers))
        {
            _readers[dependency] = readers = [];
        }

        readers.Add(reader);
        if (!_read.TryGetValue(reader, out var read))
        {
            _read[reader] = read = [];
        }

        read.Add(dependency);
    }
}
