using System.Text.RegularExpressions;
using Ahoi.Api.Json;
using Ahoi.Cel;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>A structural schema made ready for validating values: numbers read, patterns and formats compiled.</summary>
internal sealed class ValueSchema
{
    private ValueSchema(JsonMap source)
    {
        Source = source;
        IntOrString = source.Flag("x-kubernetes-int-or-string") == true;
        Type = source.Text("type") ?? "";
        Types = IntOrString ? ["integer", "string"] : Type.Length == 0 ? [] : [Type];
        Nullable = source.Flag("nullable") == true;
        Format = source.Text("format") ?? "";
        CheckFormat = Format.Length == 0 ? null : StringFormats.Find(Format);
        Minimum = Number(source, "minimum");
        Maximum = Number(source, "maximum");
        MultipleOf = Number(source, "multipleOf");
        ExclusiveMinimum = source.Flag("exclusiveMinimum") == true;
        ExclusiveMaximum = source.Flag("exclusiveMaximum") == true;
        MinLength = Count(source, "minLength");
        MaxLength = Count(source, "maxLength");
        MinItems = Count(source, "minItems");
        MaxItems = Count(source, "maxItems");
        MinProperties = Count(source, "minProperties");
        MaxProperties = Count(source, "maxProperties");
        PatternText = source.Text("pattern") is { Length: > 0 } pattern ? pattern : null;
        Pattern = PatternText is null ? null : GoRegex.Compile(PatternText);
        Enum = source.List("enum") is { Count: > 0 } values ? values : null;
        Required = [.. source.List("required")?.Texts ?? []];
        ListType = source.Text("x-kubernetes-list-type");
        ListMapKeys = [.. source.List("x-kubernetes-list-map-keys")?.Texts ?? []];
        EmbeddedResource = source.Flag("x-kubernetes-embedded-resource") == true;
        PreserveUnknownFields = source.Flag("x-kubernetes-preserve-unknown-fields") == true;
        HasDefault = source["default"] is not null;
        Properties = new(StringComparer.Ordinal);
        foreach (var (name, property) in source.Map("properties") ?? [])
        {
            Properties[name] = Compile(property as JsonMap ?? []);
        }

        Items = source.Map("items") is { } items ? Compile(items) : null;
        AdditionalProperties = source.Map("additionalProperties") is { } additional ? Compile(additional) : null;
        AllowsAnyProperty = source.Flag("additionalProperties") != false;
        AllOf = Junctor(source, "allOf");
        AnyOf = Junctor(source, "anyOf");
        OneOf = Junctor(source, "oneOf");
        Not = source.Map("not") is { } not ? Compile(not) : null;
    }

    /// <summary>Gets the node as it was written.</summary>
    public JsonMap Source { get; }

    /// <summary>Gets the type, empty where any will do.</summary>
    public string Type { get; }

    /// <summary>Gets the types a value may have; empty where any will do.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>Gets whether the value is an integer or a string.</summary>
    public bool IntOrString { get; }

    /// <summary>Gets whether null is a value here.</summary>
    public bool Nullable { get; }

    /// <summary>Gets the format, or the empty string.</summary>
    public string Format { get; }

    /// <summary>Gets the check of a string's format; <see langword="null"/> where it has none that is checked.</summary>
    public Func<string, bool>? CheckFormat { get; }

#pragma warning disable CS1591, SA1600 // Named after the keywords of JSON schema.
    public double? Minimum { get; }

    public double? Maximum { get; }

    public double? MultipleOf { get; }

    public bool ExclusiveMinimum { get; }

    public bool ExclusiveMaximum { get; }

    public long? MinLength { get; }

    public long? MaxLength { get; }

    public long? MinItems { get; }

    public long? MaxItems { get; }

    public long? MinProperties { get; }

    public long? MaxProperties { get; }

    public string? PatternText { get; }

    public Regex? Pattern { get; }

    public JsonList? Enum { get; }

    public IReadOnlyList<string> Required { get; }

    public string? ListType { get; }

    public IReadOnlyList<string> ListMapKeys { get; }

    public bool EmbeddedResource { get; }

    public bool PreserveUnknownFields { get; }

    public bool HasDefault { get; }

    public Dictionary<string, ValueSchema> Properties { get; }

    public ValueSchema? Items { get; }

    public ValueSchema? AdditionalProperties { get; }

    public bool AllowsAnyProperty { get; }

    public IReadOnlyList<ValueSchema> AllOf { get; }

    public IReadOnlyList<ValueSchema> AnyOf { get; }

    public IReadOnlyList<ValueSchema> OneOf { get; }

    public ValueSchema? Not { get; }
#pragma warning restore CS1591, SA1600

    /// <summary>Prepares a schema.</summary>
    /// <param name="source">The schema as its definition says it.</param>
    /// <returns>The prepared schema.</returns>
    public static ValueSchema Compile(JsonMap source) => new(source);

    /// <summary>Gets the schema of a map's entry.</summary>
    /// <param name="key">The entry's key.</param>
    /// <returns>The schema, or <see langword="null"/> where none is declared.</returns>
    public ValueSchema? Entry(string key) => Properties.GetValueOrDefault(key) ?? AdditionalProperties;

    private static List<ValueSchema> Junctor(JsonMap source, string key) => [.. source.List(key)?.Maps.Select(Compile) ?? []];

    private static double? Number(JsonMap source, string key) => source[key] switch
    {
        long integer => integer,
        double number => number,
        _ => null,
    };

    private static long? Count(JsonMap source, string key) => source[key] switch
    {
        long integer => integer,
        double number => (long)number,
        _ => null,
    };
}
