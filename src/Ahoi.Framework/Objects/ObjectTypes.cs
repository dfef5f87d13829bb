using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Definitions;

namespace Ahoi.Framework.Objects;

/// <summary>Knows what .NET types are on the wire: plain types by their attribute, others by the families registered.</summary>
public sealed class ObjectTypes
{
    private readonly ConcurrentDictionary<Type, ObjectCodec?> _codecs = new();
    private readonly IReadOnlyList<IObjectCodecSource> _sources;

    /// <summary>Makes a registry.</summary>
    /// <param name="json">How plain types are read and written; see <see cref="WireJson"/>.</param>
    /// <param name="sources">Families of types beside the plain ones.</param>
    public ObjectTypes(JsonSerializerOptions json, IEnumerable<IObjectCodecSource> sources)
    {
        ArgumentNullException.ThrowIfNull(json);
        Json = json;
        _sources = [.. sources];
    }

    /// <summary>Gets how plain types are read and written.</summary>
    public JsonSerializerOptions Json { get; }

    /// <summary>Gets the codec of a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The codec.</returns>
    /// <exception cref="InvalidOperationException">Nobody knows the type on the wire.</exception>
    public ObjectCodec CodecOf(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Find(type) ?? throw new InvalidOperationException(
            $"{type} is no Kubernetes object: give it a [CustomResource] or [KubernetesObject] attribute, or register the family it belongs to with AddCodecs.");
    }

    /// <summary>Gets the codec of a type, or <see langword="null"/> where nobody knows it on the wire.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The codec, or <see langword="null"/>.</returns>
    public ObjectCodec? Find(Type type) => _codecs.GetOrAdd(type, static (t, types) => types.Make(t), this);

    /// <summary>Encodes an object of any known type, without nulls.</summary>
    /// <param name="value">The object.</param>
    /// <returns>A map that shares nothing with it.</returns>
    public JsonMap Encode(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return WithoutNulls(value is JsonMap map ? map.DeepClone() : CodecOf(value.GetType()).Encode(value));
    }

    /// <summary>Encodes a part of an object, its status for example, without nulls.</summary>
    /// <param name="value">An instance of a type the JSON options know, or a map.</param>
    /// <returns>A map that shares nothing with it.</returns>
    internal JsonMap EncodePart(object value) => WithoutNulls(
        value is JsonMap map ? map.DeepClone() : JsonTree.ParseMap(JsonSerializer.SerializeToUtf8Bytes(value, Json.GetTypeInfo(value.GetType()))));

    internal T Decode<T>(RawObject raw)
        where T : class =>
        typeof(T) == typeof(JsonMap) ? (T)(object)raw.ToMap() : (T)CodecOf(typeof(T)).Decode(raw);

    private static JsonMap WithoutNulls(JsonMap map)
    {
        List<string>? nulls = null;
        foreach (var (key, value) in map)
        {
            switch (value)
            {
                case null:
                    (nulls ??= []).Add(key);
                    break;
                case JsonMap inner:
                    WithoutNulls(inner);
                    break;
                case JsonList list:
                    foreach (var item in list.Maps)
                    {
                        WithoutNulls(item);
                    }

                    break;
            }
        }

        foreach (var key in nulls ?? [])
        {
            map.Remove(key);
        }

        return map;
    }

    private ObjectCodec? Make(Type type)
    {
        if (type.GetCustomAttribute<KubernetesObjectAttribute>() is { } attribute)
        {
            return new JsonObjectCodec(
                Json.GetTypeInfo(type), new(attribute.Group, attribute.Version, attribute.Kind ?? type.Name), attribute is CustomResourceAttribute);
        }

        foreach (var source in _sources)
        {
            if (source.Find(type) is { } codec)
            {
                return codec;
            }
        }

        return null;
    }
}
