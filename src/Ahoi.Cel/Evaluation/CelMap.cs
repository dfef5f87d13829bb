using Ahoi.Api.Json;
using Ahoi.Cel.Costs;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Evaluation;

/// <summary>A map or an object as expressions see it.</summary>
internal abstract class CelMap
{
    public abstract int Count { get; }

    public abstract IEnumerable<object> Keys { get; }

    public abstract bool TryGet(object? key, out object? value);

    public override string ToString()
    {
        Effort.Spend(1);
        var text = $"{{{string.Join(", ", Keys.Select(k => $"{Display.Of(k)}: {(TryGet(k, out var v) ? Display.Of(v) : "")}"))}}}";
        Effort.SpendOnText(text.Length);
        return text;
    }
}

internal sealed class CelDictionary : CelMap
{
    private readonly Dictionary<object, object?> _entries = new(KeyEquality.Instance);

    public bool IsOpen { get; set; }

    public override int Count => _entries.Count;

    public override IEnumerable<object> Keys => _entries.Keys;

    public override bool TryGet(object? key, out object? value)
    {
        value = null;
        return key is not null && _entries.TryGetValue(key, out value);
    }

    public bool Add(object key, object? value) => _entries.TryAdd(key, value);
}

/// <summary>A JSON object: a map with free keys, or an object whose type says what its fields are.</summary>
internal sealed class CelJsonMap(JsonMap map, CelType type) : CelMap
{
    public override int Count => type.Kind == CelTypeKind.Object ? Keys.Count() : map.Count;

    public override IEnumerable<object> Keys
    {
        get
        {
            foreach (var (key, _) in map)
            {
                if (type.ObjectType is not { } fields)
                {
                    yield return key;
                }
                else if (fields.TryGetField(key, out _) && (fields.EscapesNames ? EscapedNames.Escape(key) : key) is { } escaped)
                {
                    yield return escaped;
                }
            }
        }
    }

    public override bool TryGet(object? key, out object? value)
    {
        value = null;
        if (key is not string name)
        {
            return false;
        }

        var valueType = type.Kind == CelTypeKind.Map ? type.Parameters[1] : CelType.Dyn;
        if (type.ObjectType is { } fields)
        {
            if ((fields.EscapesNames ? EscapedNames.Unescape(name) : name) is not { } field || !fields.TryGetField(field, out var fieldType))
            {
                return false;
            }

            name = field;
            valueType = fieldType;
        }

        if (!map.TryGetValue(name, out var json))
        {
            return false;
        }

        value = JsonValues.From(json, valueType);
        return true;
    }
}

/// <summary>Keys are equal as numbers, whatever their type.</summary>
internal sealed class KeyEquality : IEqualityComparer<object>
{
    public static readonly KeyEquality Instance = new();

    public new bool Equals(object? x, object? y) => Equality.AreEqual(x, y);

    public int GetHashCode(object obj) => obj switch
    {
        long number => number.GetHashCode(),
        ulong number when number <= long.MaxValue => ((long)number).GetHashCode(),
        double number when number == Math.Floor(number) && Math.Abs(number) < 9e18 => ((long)number).GetHashCode(),
        _ => obj.GetHashCode(),
    };
}
