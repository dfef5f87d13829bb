using Ahoi.Api.Json;

namespace Ahoi.Api.Objects;

/// <summary>What one .NET type is on the wire, and how its instances get there and back.</summary>
public abstract class ObjectCodec
{
    /// <summary>Makes a codec.</summary>
    /// <param name="type">The .NET type.</param>
    /// <param name="kind">What its instances are on the wire.</param>
    protected ObjectCodec(Type type, GroupVersionKind kind)
    {
        ArgumentNullException.ThrowIfNull(type);
        Type = type;
        Kind = kind;
    }

    /// <summary>Gets the .NET type.</summary>
    public Type Type { get; }

    /// <summary>Gets what instances are on the wire.</summary>
    public GroupVersionKind Kind { get; }

    /// <summary>Decodes an object into an instance of its own.</summary>
    /// <param name="raw">The object.</param>
    /// <returns>The instance; each call makes a new one.</returns>
    /// <exception cref="System.Text.Json.JsonException">The object does not fit the type; the path is in the exception.</exception>
    public abstract object Decode(RawObject raw);

    /// <summary>Encodes an instance as it goes over the wire, with <c>apiVersion</c> and <c>kind</c> and without nulls.</summary>
    /// <param name="value">An instance of <see cref="Type"/>.</param>
    /// <returns>The map, which shares nothing with the instance.</returns>
    public abstract JsonMap Encode(object value);
}
