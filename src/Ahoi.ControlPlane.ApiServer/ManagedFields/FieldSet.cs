using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>
/// A set of fields of an object, as a tree of path elements. An element may be a member itself, or lead to members
/// below it, or both. The operations make new sets and may share unchanged parts, so a set is not changed once it has been used in one.
/// </summary>
internal sealed class FieldSet
{
    private const int IndexFrom = 12;

    private readonly List<Entry> _entries = [];
    private Dictionary<PathElement, int>? _index;

    /// <summary>Gets whether nothing is in the set.</summary>
    public bool IsEmpty
    {
        get
        {
            foreach (var entry in _entries)
            {
                if (entry.IsMember || entry.Below is { IsEmpty: false })
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Gets the elements in no particular order.</summary>
    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>Makes a set from dotted paths of fields.</summary>
    /// <param name="paths">The paths.</param>
    /// <returns>The set.</returns>
    public static FieldSet OfPaths(IEnumerable<string> paths)
    {
        var set = new FieldSet();
        foreach (var path in paths)
        {
            var names = path.Split('.');
            var at = set;
            foreach (var name in names[..^1])
            {
                at = at.Descend(PathElement.Field(name));
            }

            at.Insert(PathElement.Field(names[^1]));
        }

        return set;
    }

    /// <summary>Adds a member.</summary>
    /// <param name="element">The element.</param>
    public void Insert(PathElement element) => Add(new(element, true, null));

    /// <summary>Gets the set below an element, adding an empty one where there is none.</summary>
    /// <param name="element">The element.</param>
    /// <returns>The set.</returns>
    public FieldSet Descend(PathElement element)
    {
        var at = Find(element);
        if (at < 0)
        {
            var added = new FieldSet();
            Add(new(element, false, added));
            return added;
        }

        var entry = _entries[at];
        if (entry.Below is { } below)
        {
            return below;
        }

        below = new();
        _entries[at] = entry with { Below = below };
        return below;
    }

    /// <summary>Gets whether an element is a member.</summary>
    /// <param name="element">The element.</param>
    /// <returns>Whether it is.</returns>
    public bool Has(PathElement element) => Find(element) is >= 0 and var at && _entries[at].IsMember;

    /// <summary>Finds the set below an element.</summary>
    /// <param name="element">The element.</param>
    /// <returns>The set, or <see langword="null"/> where there is none.</returns>
    public FieldSet? Below(PathElement element) => Find(element) is >= 0 and var at ? _entries[at].Below : null;

    /// <summary>Puts a set below an element, unless it is empty.</summary>
    /// <param name="element">The element.</param>
    /// <param name="below">The set.</param>
    public void Graft(PathElement element, FieldSet below) => Add(new(element, false, below));

    /// <summary>Gets what is in this set or in another.</summary>
    /// <param name="other">The other set.</param>
    /// <returns>The union.</returns>
    public FieldSet Union(FieldSet other)
    {
        var result = new FieldSet();
        foreach (var entry in _entries)
        {
            var at = other.Find(entry.Element);
            if (at < 0)
            {
                result.Append(entry);
                continue;
            }

            var twin = other._entries[at];
            var below = entry.Below is null ? twin.Below
                : twin.Below is null ? entry.Below
                : entry.Below.Union(twin.Below);
            result.Append(new(entry.Element, entry.IsMember || twin.IsMember, below));
        }

        foreach (var entry in other._entries)
        {
            if (Find(entry.Element) < 0)
            {
                result.Append(entry);
            }
        }

        return result;
    }

    /// <summary>Gets what is in both sets.</summary>
    /// <param name="other">The other set.</param>
    /// <returns>The intersection.</returns>
    public FieldSet Intersect(FieldSet other)
    {
        var result = new FieldSet();
        foreach (var entry in _entries)
        {
            if (other.Find(entry.Element) is >= 0 and var at)
            {
                var twin = other._entries[at];
                var below = entry.Below is not null && twin.Below is not null ? entry.Below.Intersect(twin.Below) : null;
                result.AppendIfAny(new(entry.Element, entry.IsMember && twin.IsMember, below));
            }
        }

        return result;
    }

    /// <summary>Gets what is in this set and not in another; what lies below a member of the other stays.</summary>
    /// <param name="other">The other set.</param>
    /// <returns>The difference.</returns>
    public FieldSet Except(FieldSet other) => Except(other, recursive: false);

    /// <summary>Gets what is in this set and neither in another nor below a member of it.</summary>
    /// <param name="other">The other set.</param>
    /// <returns>The difference.</returns>
    public FieldSet ExceptBelow(FieldSet other) => Except(other, recursive: true);

    /// <summary>Gets whether two sets have the same members.</summary>
    /// <param name="other">The other set.</param>
    /// <returns>Whether they do.</returns>
    public bool SetEquals(FieldSet other) => Except(other).IsEmpty && other.Except(this).IsEmpty;

    /// <summary>Reads a set from an entry's <c>fieldsV1</c>.</summary>
    /// <param name="fields">The JSON.</param>
    /// <returns>The set, or <see langword="null"/> if the JSON is no set.</returns>
    public static FieldSet? Parse(JsonMap fields)
    {
        var set = new FieldSet();
        foreach (var (key, value) in fields)
        {
            if (key == ".")
            {
                continue;
            }

            if (PathElement.Parse(key) is not { } element || value is not JsonMap below)
            {
                return null;
            }

            // An empty map is a member; otherwise the dot says so.
            var isMember = below.Count == 0 || below.ContainsKey(".");
            FieldSet? children = null;
            if (below.Count > (below.ContainsKey(".") ? 1 : 0))
            {
                children = Parse(below);
                if (children is null)
                {
                    return null;
                }
            }

            set.Add(new(element, isMember, children));
        }

        return set;
    }

    /// <summary>Writes the set as an entry's <c>fieldsV1</c>.</summary>
    /// <returns>The JSON, sorted.</returns>
    public JsonMap ToJson() => ToJson(isMember: false);

    /// <summary>Gets the paths of the members, each set's own members before those below, sorted.</summary>
    /// <returns>The paths as people read them.</returns>
    public IEnumerable<string> Paths() => Paths("");

    private IEnumerable<string> Paths(string prefix)
    {
        var sorted = _entries.OrderBy(e => e.Element).ToArray();
        foreach (var entry in sorted)
        {
            if (entry.IsMember)
            {
                yield return prefix + entry.Element;
            }
        }

        foreach (var entry in sorted)
        {
            foreach (var path in entry.Below?.Paths(prefix + entry.Element) ?? [])
            {
                yield return path;
            }
        }
    }

    private JsonMap ToJson(bool isMember)
    {
        var json = new JsonMap(_entries.Count + 1);
        if (isMember)
        {
            json["."] = new JsonMap();
        }

        var entries = _entries.ToArray();
        Array.Sort(entries, static (a, b) => a.Element.CompareTo(b.Element));
        foreach (var entry in entries)
        {
            if (entry.Below is { IsEmpty: false } below)
            {
                json[entry.Element.ToWire()] = below.ToJson(entry.IsMember);
            }
            else if (entry.IsMember)
            {
                json[entry.Element.ToWire()] = new JsonMap();
            }
        }

        return json;
    }

    private FieldSet Except(FieldSet other, bool recursive)
    {
        var result = new FieldSet();
        foreach (var entry in _entries)
        {
            var at = other.Find(entry.Element);
            if (at < 0)
            {
                result.AppendIfAny(entry);
                continue;
            }

            var twin = other._entries[at];
            var below = recursive && twin.IsMember ? null
                : entry.Below is not null && twin.Below is not null ? entry.Below.Except(twin.Below, recursive)
                : entry.Below;
            result.AppendIfAny(new(entry.Element, entry.IsMember && !twin.IsMember, below));
        }

        return result;
    }

    private void Add(Entry entry)
    {
        var at = Find(entry.Element);
        if (at < 0)
        {
            Append(entry);
            return;
        }

        var known = _entries[at];
        var below = known.Below is null ? entry.Below
            : entry.Below is null ? known.Below
            : known.Below.Union(entry.Below);
        _entries[at] = new(entry.Element, known.IsMember || entry.IsMember, below);
    }

    private void AppendIfAny(Entry entry)
    {
        if (entry.IsMember || entry.Below is { IsEmpty: false })
        {
            Append(entry);
        }
    }

    private void Append(Entry entry)
    {
        _index?.Add(entry.Element, _entries.Count);
        _entries.Add(entry);
    }

    private int Find(PathElement element)
    {
        if (_entries.Count > IndexFrom)
        {
            return (_index ?? BuildIndex()).TryGetValue(element, out var at) ? at : -1;
        }

        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Element.Equals(element))
            {
                return i;
            }
        }

        return -1;
    }

    private Dictionary<PathElement, int> BuildIndex()
    {
        var index = new Dictionary<PathElement, int>(_entries.Count);
        for (var i = 0; i < _entries.Count; i++)
        {
            index[_entries[i].Element] = i;
        }

        return _index = index;
    }

    /// <summary>An element of a set.</summary>
    /// <param name="Element">The element.</param>
    /// <param name="IsMember">Whether it is a member itself.</param>
    /// <param name="Below">The members below it, or <see langword="null"/>.</param>
    public readonly record struct Entry(PathElement Element, bool IsMember, FieldSet? Below);
}
