using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Client.Requests;

/// <summary>What a request sends: an object's JSON, from whatever form the caller has it in.</summary>
public readonly record struct RequestBody
{
    private RequestBody(ReadOnlyMemory<byte> utf8) => Utf8 = utf8;

    /// <summary>Gets the JSON in UTF-8.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>Takes JSON as it is.</summary>
    /// <param name="utf8">The JSON in UTF-8; it must not change until the request is answered.</param>
    /// <returns>The body.</returns>
    public static RequestBody FromUtf8(ReadOnlyMemory<byte> utf8) => new(utf8);

    /// <summary>Writes a map as JSON.</summary>
    /// <param name="map">The object.</param>
    /// <returns>The body.</returns>
    public static RequestBody FromMap(JsonMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new(JsonTree.ToUtf8(map));
    }

    /// <summary>Takes an object's own bytes.</summary>
    /// <param name="value">The object.</param>
    /// <returns>The body.</returns>
    public static RequestBody FromObject(RawObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(value.Json);
    }

#pragma warning disable CA2225 // The factories above have the names that fit the types.
    /// <summary>Takes JSON as it is.</summary>
    /// <param name="utf8">The JSON in UTF-8.</param>
    public static implicit operator RequestBody(byte[] utf8) => FromUtf8(utf8);

    /// <summary>Takes JSON as it is.</summary>
    /// <param name="utf8">The JSON in UTF-8.</param>
    public static implicit operator RequestBody(ReadOnlyMemory<byte> utf8) => FromUtf8(utf8);

    /// <summary>Writes a map as JSON.</summary>
    /// <param name="map">The object.</param>
    public static implicit operator RequestBody(JsonMap map) => FromMap(map);

    /// <summary>Takes an object's own bytes.</summary>
    /// <param name="value">The object.</param>
    public static implicit operator RequestBody(RawObject value) => FromObject(value);
#pragma warning restore CA2225
}
