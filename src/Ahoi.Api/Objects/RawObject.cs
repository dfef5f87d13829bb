using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ahoi.Api.Json;

namespace Ahoi.Api.Objects;

/// <summary>
/// An object as it came over the wire: its own bytes, and the metadata that everything generic asks for. Immutable, and
/// safe to share between threads. It is decoded, as often as somebody wants a copy of their own, with <see cref="ToMap()"/>
/// or <see cref="Decode{T}(JsonTypeInfo{T})"/>; what is invalid outside the metadata shows only then.
/// </summary>
public sealed class RawObject
{
    private readonly JsonPart _labels;
    private readonly JsonPart _annotations;
    private readonly JsonPart _owners;
    private readonly JsonPart _finalizers;
    private readonly JsonPart _creation;
    private readonly JsonPart _deletion;
    private readonly JsonPart _managedFields;

    private IReadOnlyDictionary<string, string>? _labelMap;
    private IReadOnlyDictionary<string, string>? _annotationMap;
    private IReadOnlyList<OwnerReference>? _ownerList;
    private IReadOnlyList<string>? _finalizerList;

    internal RawObject(ReadOnlyMemory<byte> json, in ObjectLayout layout, GroupVersionKind type, string? lastManager = null)
    {
        var utf8 = json.Span;
        Json = json;
        ApiVersion = layout.ApiVersion.IsMissing ? (type.Version is null ? "" : type.ApiVersion) : layout.ApiVersion.SharedTextOf(utf8);
        Kind = layout.Kind.IsMissing ? type.Kind ?? "" : layout.Kind.SharedTextOf(utf8);
        Name = layout.Name.IsMissing ? "" : layout.Name.TextOf(utf8);
        Namespace = layout.Namespace.IsMissing ? null : layout.Namespace.SharedTextOf(utf8);
        Uid = layout.Uid.IsMissing ? "" : layout.Uid.TextOf(utf8);
        ResourceVersion = layout.ResourceVersion.IsMissing ? "" : layout.ResourceVersion.TextOf(utf8);
        Generation = Utf8Parser.TryParse(layout.Generation.Of(utf8), out long generation, out _) ? generation : 0;
        _labels = layout.Labels;
        _annotations = layout.Annotations;
        _owners = layout.Owners;
        _finalizers = layout.Finalizers;
        _creation = layout.Creation;
        _deletion = layout.Deletion;
        _managedFields = layout.ManagedFields;
        LastManager = lastManager;
    }

    /// <summary>Gets the object's JSON in UTF-8.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Gets the <c>apiVersion</c>; empty where the object does not say it.</summary>
    public string ApiVersion { get; }

    /// <summary>Gets the kind; empty where the object does not say it.</summary>
    public string Kind { get; }

    /// <summary>Gets group, version and kind.</summary>
    public GroupVersionKind Type => GroupVersionKind.Of(ApiVersion, Kind);

    /// <summary>Gets the name; empty where there is none yet.</summary>
    public string Name { get; }

    /// <summary>Gets the namespace, or <see langword="null"/> for a cluster-scoped object.</summary>
    public string? Namespace { get; }

    /// <summary>Gets namespace and name.</summary>
    public ObjectKey Key => new(Namespace, Name);

    /// <summary>Gets the uid: which of the objects that ever had this name it is. Empty before it is stored.</summary>
    public string Uid { get; }

    /// <summary>Gets the resource version; empty before the object is stored.</summary>
    public string ResourceVersion { get; }

    /// <summary>Gets the generation of the wanted state, or 0 for kinds that have none.</summary>
    public long Generation { get; }

    /// <summary>Gets when the object was created.</summary>
    public DateTimeOffset? CreationTimestamp => Time(_creation);

    /// <summary>Gets when the object was told to go away, or <see langword="null"/>.</summary>
    public DateTimeOffset? DeletionTimestamp => Time(_deletion);

    /// <summary>Gets whether the object was told to go away and waits for its finalizers or its grace period.</summary>
    public bool IsBeingDeleted => !_deletion.IsMissing;

    /// <summary>Gets the labels; decoded at the first call.</summary>
    public IReadOnlyDictionary<string, string> Labels => _labelMap ??= MetadataReader.Texts(_labels.Of(Json.Span));

    /// <summary>Gets the annotations; decoded at the first call.</summary>
    public IReadOnlyDictionary<string, string> Annotations => _annotationMap ??= MetadataReader.Texts(_annotations.Of(Json.Span));

    /// <summary>Gets the owners; decoded at the first call.</summary>
    public IReadOnlyList<OwnerReference> OwnerReferences => _ownerList ??= MetadataReader.Owners(_owners.Of(Json.Span));

    /// <summary>Gets the finalizers; decoded at the first call.</summary>
    public IReadOnlyList<string> Finalizers => _finalizerList ??= MetadataReader.List(_finalizers.Of(Json.Span));

    /// <summary>Gets the owner that is the managing controller, or <see langword="null"/>.</summary>
    public OwnerReference? ControllerOwner => OwnerReferences.FirstOrDefault(o => o.Controller);

    /// <summary>Gets the JSON array of managed fields as far as they were kept; empty where there are none.</summary>
    public ReadOnlyMemory<byte> ManagedFieldsJson => Json.Slice(_managedFields.Start, _managedFields.Length);

    /// <summary>Gets which field manager wrote last, as far as the managed fields tell it; known only where the object was
    /// read with a filter that keeps some of them.</summary>
    public string? LastManager { get; }

    /// <summary>Reads an object from its JSON without copying it.</summary>
    /// <param name="json">The JSON of one object in UTF-8. It must not be changed afterwards.</param>
    /// <param name="filter">Which managed fields to keep; all, where <see langword="null"/>. Where some go, the rest is
    /// copied.</param>
    /// <returns>The object.</returns>
    /// <exception cref="JsonException">The bytes are not one JSON object.</exception>
    public static RawObject Parse(ReadOnlyMemory<byte> json, ManagedFieldsFilter? filter = null)
    {
        if (!ObjectLayout.TryScan(json.Span, 0, stopEarly: false, out var layout))
        {
            throw new JsonException("The JSON ends inside the object.");
        }

        if (json.Span[layout.End..].IndexOfAnyExcept(" \t\r\n"u8) >= 0)
        {
            throw new JsonException("Something follows the JSON object.");
        }

        return RawObjectReader.NeedsNoCopy(filter, layout)
            ? new(json[..layout.End], layout, default)
            : RawObjectReader.Copy(json.Span[..layout.End], 0, layout, default, filter);
    }

    /// <summary>Writes <paramref name="map"/> as JSON and reads it back as an object.</summary>
    /// <param name="map">The object's content.</param>
    /// <returns>The object, which shares nothing with the map.</returns>
    public static RawObject FromMap(JsonMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return Parse(JsonTree.ToUtf8(map));
    }

    /// <summary>Makes an object of the same metadata and nothing else.</summary>
    /// <param name="type">The type it has: an answer that has metadata alone says <c>PartialObjectMetadata</c> of
    /// itself.</param>
    /// <returns>The smaller object.</returns>
    /// <exception cref="JsonException">The object's bytes are not valid JSON.</exception>
    public RawObject WithMetadataAlone(GroupVersionKind type)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion"u8, type.ApiVersion);
            writer.WriteString("kind"u8, type.Kind);
            writer.WritePropertyName("metadata"u8);
            writer.WriteRawValue(MetadataOf(Json.Span), skipInputValidation: true);
            writer.WriteEndObject();
        }

        var json = output.WrittenSpan.ToArray();
        return ObjectLayout.TryScan(json, 0, stopEarly: false, out var layout)
            ? new(json, layout, default, LastManager)
            : throw new JsonException("The metadata is not valid JSON.");
    }

    /// <summary>Decodes the whole object into a map of its own.</summary>
    /// <returns>The map; each call makes a new one.</returns>
    /// <exception cref="JsonException">The object's bytes are not valid JSON.</exception>
    public JsonMap ToMap() => JsonTree.ParseMap(Json.Span);

    /// <summary>Decodes one of the object's own properties, its status for example, and nothing else.</summary>
    /// <param name="property">The property's name.</param>
    /// <returns>The map; each call makes a new one. <see langword="null"/> where the object has no such property, or where
    /// it is no map.</returns>
    /// <exception cref="JsonException">The object's bytes are not valid JSON.</exception>
    public JsonMap? ToMap(string property)
    {
        ArgumentNullException.ThrowIfNull(property);
        var utf8 = Json.Span;
        var scanner = new JsonScanner(utf8);
        if (!scanner.TryPass((byte)'{'))
        {
            return null;
        }

        while (scanner.TryNextProperty(out var key, out _, out var ended) && !ended && scanner.TrySkipValue(out var value))
        {
            if (key.TextEquals(utf8, property))
            {
                return utf8[value.Start - 1] != (byte)'"' ? JsonTree.Parse(value.Of(utf8)) as JsonMap : null;
            }
        }

        return null;
    }

    /// <summary>Decodes the whole object into an instance of its own.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="typeInfo">How the type is read; a source-generated context has one.</param>
    /// <returns>The instance; each call makes a new one.</returns>
    /// <exception cref="JsonException">The object's bytes do not fit the type; the path is in the exception.</exception>
    public T Decode<T>(JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return JsonSerializer.Deserialize(Json.Span, typeInfo) ?? throw new JsonException("The JSON is null.");
    }

    /// <summary>Decodes the whole object into an instance of its own.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="options">Options whose resolver knows the type.</param>
    /// <returns>The instance; each call makes a new one.</returns>
    /// <exception cref="JsonException">The object's bytes do not fit the type; the path is in the exception.</exception>
    public T Decode<T>(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Decode((JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Key}";

    private static ReadOnlySpan<byte> MetadataOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            if (found)
            {
                return json[from..(int)reader.BytesConsumed];
            }
        }

        return "{}"u8;
    }

    private DateTimeOffset? Time(JsonPart part) =>
        !part.IsMissing && DateTimeOffset.TryParse(
            part.TextOf(Json.Span), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}
