using System.Text.Json.Serialization;
using Ahoi.Tenancy.Api;

namespace Ahoi.Tenancy;

/// <summary>How the kinds here look on the wire, made at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Customer))]
[JsonSerializable(typeof(Database))]
[JsonSerializable(typeof(Scheduler))]
[JsonSerializable(typeof(Webhooks))]
internal sealed partial class TenancyJson : JsonSerializerContext;
