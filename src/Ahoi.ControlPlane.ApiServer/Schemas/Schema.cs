using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>
/// The type of a JSON value: one node of OpenAPI v3 with Kubernetes' extensions, references resolved. Built-in kinds
/// (from the schema data) and custom resources (from their structural schemas) use the same class, so that pruning,
/// defaulting, managed fields, patches and documentation have one code path. Immutable once built; recursive types
/// refer to themselves.
/// </summary>
internal sealed class Schema
{
    private SchemaForm? _form;
    private KeyValuePair<string, Schema>[]? _expected;

    /// <summary>Gets the JSON type: object, array, string, integer, number, boolean, or empty where any will do.</summary>
    public string Type { get; set; } = "";

    /// <summary>Gets the format: int32, int64, double, byte, date-time, int-or-string, quantity, micro-time...</summary>
    public string? Format { get; set; }

    /// <summary>Gets the fields by name; empty for everything that has none declared.</summary>
    public Dictionary<string, Schema> Properties { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Gets the type of the values of a map with free keys.</summary>
    public Schema? AdditionalProperties { get; set; }

    /// <summary>Gets the type of the items of a list.</summary>
    public Schema? Items { get; set; }

    /// <summary>Gets the names of fields that must be there.</summary>
    public HashSet<string> Required { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Gets whether there is a default, which may be null.</summary>
    public bool HasDefault { get; set; }

    /// <summary>Gets the default; copy it before it goes into an object.</summary>
    public object? Default { get; set; }

    /// <summary>Gets whether null is a value of its own here.</summary>
    public bool Nullable { get; set; }

    /// <summary>Gets x-kubernetes-list-type: atomic, set or map.</summary>
    public string? ListType { get; set; }

    /// <summary>Gets x-kubernetes-list-map-keys.</summary>
    public IReadOnlyList<string> ListMapKeys { get; set; } = [];

    /// <summary>Gets x-kubernetes-map-type: granular or atomic.</summary>
    public string? MapType { get; set; }

    /// <summary>Gets x-kubernetes-patch-strategy of a strategic merge patch: merge, replace, retainKeys, comma-separated.</summary>
    public string? PatchStrategy { get; set; }

    /// <summary>Gets x-kubernetes-patch-merge-key.</summary>
    public string? PatchMergeKey { get; set; }

    /// <summary>Gets x-kubernetes-preserve-unknown-fields.</summary>
    public bool PreserveUnknownFields { get; set; }

    /// <summary>Gets x-kubernetes-int-or-string.</summary>
    public bool IntOrString { get; set; }

    /// <summary>Gets x-kubernetes-embedded-resource.</summary>
    public bool EmbeddedResource { get; set; }

    /// <summary>Gets what becomes of a missing or zero value when a built-in type writes itself.</summary>
    public FieldPresence Presence { get; set; }

    /// <summary>Gets what the node is for decoding; fixed when first asked for.</summary>
    public SchemaForm Form => _form ??= FormOf();

    /// <summary>Gets the fields that appear when they are missing; fixed when first asked for.</summary>
    public KeyValuePair<string, Schema>[] ExpectedFields =>
        _expected ??= [.. Properties.Where(p => p.Value.Presence is FieldPresence.Always or FieldPresence.AlwaysOrNull)];

    /// <summary>Gets the node as it was written: whatever validation and documentation need beyond the above.</summary>
    public JsonMap Source { get; set; } = [];

    /// <summary>Makes a node of the same type for a field with a default or a presence of its own.</summary>
    /// <returns>The copy; it shares the fields, items and values of this node.</returns>
    public Schema ForField()
    {
        var copy = (Schema)MemberwiseClone();
        copy._form = null;
        copy._expected = null;
        return copy;
    }

    private SchemaForm FormOf() => (Type, Format) switch
    {
        _ when IntOrString => SchemaForm.IntOrString,
        (_, "quantity") => SchemaForm.Quantity,
        ("string", "micro-time") => SchemaForm.MicroTime,
        ("string", "date-time") => SchemaForm.Time,
        ("string", "byte") => SchemaForm.Bytes,
        ("string", _) => SchemaForm.Text,
        ("integer", "int32") => SchemaForm.Integer32,
        ("integer", _) => SchemaForm.Integer64,
        ("number", _) => SchemaForm.Number,
        ("boolean", _) => SchemaForm.Flag,
        ("array", _) => SchemaForm.List,
        ("object", _) when PreserveUnknownFields => SchemaForm.Any,
        ("object", _) when AdditionalProperties is not null => SchemaForm.Map,
        ("object", _) => SchemaForm.Struct,
        _ => SchemaForm.Any,
    };
}
