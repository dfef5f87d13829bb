using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Ahoi.Api.Json;

/// <summary>
/// A JSON object as a mutable, insertion-ordered map. Values are <see langword="null"/>, <see cref="string"/>,
/// <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>, <see cref="JsonMap"/> or <see cref="JsonList"/>:
/// the shape Kubernetes calls unstructured. Not safe for concurrent writers.
/// </summary>
public sealed class JsonMap : IReadOnlyDictionary<string, object?>
{
    private const int IndexFrom = 12;

    // In the order of insertion. What is removed from a large map leaves a hole with no key, until there are many.
    private string?[] _keys;
    private object?[] _values;
    private int _used;
    private Dictionary<string, int>? _index;

    /// <summary>Makes an empty map.</summary>
    public JsonMap()
        : this(0)
    {
    }

    /// <summary>Makes an empty map with room for <paramref name="capacity"/> entries.</summary>
    /// <param name="capacity">How many entries fit before the map grows.</param>
    public JsonMap(int capacity)
    {
        _keys = capacity == 0 ? [] : new string[capacity];
        _values = capacity == 0 ? [] : new object?[capacity];
    }

    /// <summary>Gets how many entries the map has.</summary>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public IEnumerable<string> Keys
    {
        get
        {
            foreach (var (key, _) in this)
            {
                yield return key;
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<object?> Values
    {
        get
        {
            foreach (var (_, value) in this)
            {
                yield return value;
            }
        }
    }

    /// <summary>
    /// Gets the value under <paramref name="key"/>, or <see langword="null"/> where there is none (ask
    /// <see cref="ContainsKey"/> to tell a missing entry from a JSON null). Setting adds the entry at the end or
    /// replaces it where it stands; small integer types become <see cref="long"/> and <see cref="float"/> becomes
    /// <see cref="double"/>.
    /// </summary>
    /// <param name="key">The entry's key.</param>
    public object? this[string key]
    {
        get
        {
            var at = Find(key);
            return at < 0 ? null : _values[at];
        }

        set
        {
            var normal = JsonTree.Normalize(value);
            var at = Find(key);
            if (at >= 0)
            {
                _values[at] = normal;
            }
            else
            {
                Append(key, normal);
            }
        }
    }

    /// <summary>Gets whether the map has an entry under <paramref name="key"/>, be its value null or not.</summary>
    /// <param name="key">The entry's key.</param>
    /// <returns><see langword="true"/> if there is an entry.</returns>
    public bool ContainsKey(string key) => Find(key) >= 0;

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        var at = Find(key);
        value = at < 0 ? null : _values[at];
        return at >= 0;
    }

    /// <summary>Removes the entry under <paramref name="key"/>; the order of the others stays.</summary>
    /// <param name="key">The entry's key.</param>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string key)
    {
        var at = Find(key);
        if (at < 0)
        {
            return false;
        }

        Count--;
        if (_used > IndexFrom)
        {
            // Closing the gap each time would take forever where an object loses thousands of fields.
            _index?.Remove(key);
            _keys[at] = null;
            _values[at] = null;
            if (Count < _used / 2)
            {
                CloseHoles();
            }

            return true;
        }

        _used--;
        Array.Copy(_keys, at + 1, _keys, at, _used - at);
        Array.Copy(_values, at + 1, _values, at, _used - at);
        _keys[_used] = null;
        _values[_used] = null;
        return true;
    }

    /// <summary>Removes every entry.</summary>
    public void Clear()
    {
        Array.Clear(_keys, 0, _used);
        Array.Clear(_values, 0, _used);
        Count = 0;
        _used = 0;
        _index = null;
    }

    /// <summary>Gets the map under <paramref name="key"/>, or <see langword="null"/> if there is none or it is something else.</summary>
    /// <param name="key">The entry's key.</param>
    /// <returns>The map, or <see langword="null"/>.</returns>
    public JsonMap? Map(string key) => this[key] as JsonMap;

    /// <summary>Gets the list under <paramref name="key"/>, or <see langword="null"/> if there is none or it is something else.</summary>
    /// <param name="key">The entry's key.</param>
    /// <returns>The list, or <see langword="null"/>.</returns>
    public JsonList? List(string key) => this[key] as JsonList;

    /// <summary>Gets the string under <paramref name="key"/>, or <see langword="null"/> if there is none or it is something else.</summary>
    /// <param name="key">The entry's key.</param>
    /// <returns>The string, or <see langword="null"/>.</returns>
    public string? Text(string key) => this[key] as string;

    /// <summary>Gets the integer under <paramref name="key"/>, or <see langword="null"/> if there is none or it is something else.</summary>
    /// <param name="key">The entry's key.</param>
    /// <returns>The integer, or <see langword="null"/>.</returns>
    public long? Integer(string key) => this[key] as long?;

    /// <summary>Gets the boolean under <paramref name="key"/>, or <see langword="null"/> if there is none or it is something else.</summary>
    /// <param name="key">The entry's key.</param>
    /// <returns>The boolean, or <see langword="null"/>.</returns>
    public bool? Flag(string key) => this[key] as bool?;

    /// <summary>Gets the map under <paramref name="key"/>, putting a new empty one there if the entry is missing, null or not a map.</summary>
    /// <param name="key">The entry's key.</param>
    /// <returns>The map, part of this one.</returns>
    public JsonMap EnsureMap(string key)
    {
        if (this[key] is JsonMap map)
        {
            return map;
        }

        map = [];
        this[key] = map;
        return map;
    }

    /// <summary>Gets the list under <paramref name="key"/>, putting a new empty one there if the entry is missing, null or not a list.</summary>
    /// <param name="key">The entry's key.</param>
    /// <returns>The list, part of this map.</returns>
    public JsonList EnsureList(string key)
    {
        if (this[key] is JsonList list)
        {
            return list;
        }

        list = [];
        this[key] = list;
        return list;
    }

    /// <summary>Follows <paramref name="path"/> through nested maps.</summary>
    /// <param name="path">The keys, outermost first.</param>
    /// <returns>The value at the end, or <see langword="null"/> where the path breaks off.</returns>
    public object? At(params ReadOnlySpan<string> path)
    {
        object? value = this;
        foreach (var key in path)
        {
            if (value is not JsonMap map)
            {
                return null;
            }

            value = map[key];
        }

        return value;
    }

    /// <summary>Makes a copy that shares nothing mutable with this map.</summary>
    /// <returns>The copy.</returns>
    public JsonMap DeepClone()
    {
        var copy = new JsonMap(Count) { Count = Count, _used = Count };
        var to = 0;
        for (var i = 0; i < _used; i++)
        {
            if (_keys[i] is { } key)
            {
                copy._keys[to] = key;
                copy._values[to++] = JsonTree.DeepClone(_values[i]);
            }
        }

        return copy;
    }

    /// <summary>Gets the entries in insertion order.</summary>
    /// <returns>An enumerator that allocates nothing; the map must not change meanwhile.</returns>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Gets this map as compact JSON.</summary>
    /// <returns>The JSON text.</returns>
    public override string ToString() => JsonTree.ToText(this);

    IEnumerator<KeyValuePair<string, object?>> IEnumerable<KeyValuePair<string, object?>>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int Find(string key)
    {
        if (_used > IndexFrom)
        {
            return Index().TryGetValue(key, out var at) ? at : -1;
        }

        var keys = _keys;
        for (var i = 0; i < _used; i++)
        {
            // Keys are mostly interned by the parser, so the reference settles it.
            if (ReferenceEquals(keys[i], key) || string.Equals(keys[i], key, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    private Dictionary<string, int> Index()
    {
        if (_index is { } index)
        {
            return index;
        }

        index = new Dictionary<string, int>(Count, StringComparer.Ordinal);
        for (var i = 0; i < _used; i++)
        {
            if (_keys[i] is { } key)
            {
                index[key] = i;
            }
        }

        // Published whole, so that concurrent readers of a map nobody writes see a complete index or none.
        return _index = index;
    }

    private void Append(string key, object? value)
    {
        if (_used == _keys.Length)
        {
            var capacity = _used == 0 ? 4 : _used * 2;
            Array.Resize(ref _keys, capacity);
            Array.Resize(ref _values, capacity);
        }

        _keys[_used] = key;
        _values[_used] = value;
        _index?.Add(key, _used);
        _used++;
        Count++;
    }

    private void CloseHoles()
    {
        var to = 0;
        for (var i = 0; i < _used; i++)
        {
            if (_keys[i] is not null)
            {
                _keys[to] = _keys[i];
                _values[to++] = _values[i];
            }
        }

        Array.Clear(_keys, to, _used - to);
        Array.Clear(_values, to, _used - to);
        _used = to;
        _index = null;
    }

    /// <summary>Walks a map's entries in insertion order.</summary>
    public struct Enumerator : IEnumerator<KeyValuePair<string, object?>>, IEquatable<Enumerator>
    {
        private readonly JsonMap _map;
        private int _at = -1;

        internal Enumerator(JsonMap map) => _map = map;

        /// <inheritdoc/>
        public readonly KeyValuePair<string, object?> Current => new(_map._keys[_at]!, _map._values[_at]); // It stands at an entry.

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            do
            {
                _at++;
            }
            while (_at < _map._used && _map._keys[_at] is null);
            return _at < _map._used;
        }

        /// <inheritdoc/>
        public void Reset() => _at = -1;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }

        /// <inheritdoc/>
        public readonly bool Equals(Enumerator other) => ReferenceEquals(_map, other._map) && _at == other._at;

        /// <inheritdoc/>
        public override readonly bool Equals(object? obj) => obj is Enumerator other && Equals(other);

        /// <inheritdoc/>
        public override readonly int GetHashCode() => HashCode.Combine(_map, _at);

        /// <summary>Gets whether two enumerators stand at the same place of the same map.</summary>
        /// <param name="left">One enumerator.</param>
        /// <param name="right">The other.</param>
        /// <returns>Whether they are equal.</returns>
        public static bool operator ==(Enumerator left, Enumerator right) => left.Equals(right);

        /// <summary>Gets whether two enumerators stand at different places.</summary>
        /// <param name="left">One enumerator.</param>
        /// <param name="right">The other.</param>
        /// <returns>Whether they differ.</returns>
        public static bool operator !=(Enumerator left, Enumerator right) => !left.Equals(right);
    }
}
