using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Objects;

/// <summary>The codec of a plain type, through its JSON contract.</summary>
internal sealed class JsonObjectCodec(JsonTypeInfo contract, GroupVersionKind kind, bool ownsStatus) : ObjectCodec(contract.Type, kind)
{
    public JsonTypeInfo Contract { get; } = contract;

    public override object Decode(RawObject raw)
    {
        try
        {
            return Decode(raw.Json.Span);
        }
        catch (JsonException) when (ownsStatus && raw.ToMap() is var map && map.Remove("status"))
        {
            // The status is what we wrote ourselves, in part perhaps or with an older type; it is written anew.
            return Decode(JsonTree.ToUtf8(map));
        }
    }

    public override JsonMap Encode(object value)
    {
        var content = JsonTree.ParseMap(JsonSerializer.SerializeToUtf8Bytes(value, Contract));
        var map = new JsonMap(content.Count + 2) { ["apiVersion"] = Kind.ApiVersion, ["kind"] = Kind.Kind };
        foreach (var (key, part) in content)
        {
            map[key] = part;
        }

        return map;
    }

    private object Decode(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, Contract) ?? throw new JsonException("The JSON is null.");
}
