using System.Text.Json.Serialization;
using Ahoi.Pools.Api;

namespace Ahoi.Pools;

/// <summary>How the kinds here look on the wire, made at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ConnectionPool))]
internal sealed partial class PoolsJson : JsonSerializerContext;
