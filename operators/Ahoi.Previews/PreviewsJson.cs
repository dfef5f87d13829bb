using System.Text.Json.Serialization;
using Ahoi.Previews.Api;

namespace Ahoi.Previews;

/// <summary>How the kinds here look on the wire, made at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(PreviewApp))]
[JsonSerializable(typeof(Preview))]
[JsonSerializable(typeof(Domain))]
internal sealed partial class PreviewsJson : JsonSerializerContext;
