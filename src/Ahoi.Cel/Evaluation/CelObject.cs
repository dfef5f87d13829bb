using Ahoi.Cel.Types;

namespace Ahoi.Cel.Evaluation;

/// <summary>An object that an expression has made: <c>Object.spec{replicas: 3}</c>.</summary>
internal sealed class CelObject(ICelObjectType fields) : CelMap
{
    public ICelObjectType Fields => fields;

    public Dictionary<string, object?> Values { get; } = new(StringComparer.Ordinal);

    public override int Count => Values.Count;

    public override IEnumerable<object> Keys => Values.Keys;

    public override bool TryGet(object? key, out object? value)
    {
        value = null;
        return key is string name && Values.TryGetValue(name, out value);
    }

    /// <summary>Gets what a field is that was not set: text is empty.</summary>
    public object Unset(string field) => fields.TryGetField(field, out var type) && type.Kind == CelTypeKind.String ? "" : CelError.NoKey(field);
}
