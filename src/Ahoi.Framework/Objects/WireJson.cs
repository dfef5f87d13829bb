using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Ahoi.Framework.Objects;

/// <summary>How plain types go over the wire: camel case, no nulls, enums as strings, nullability respected.</summary>
public static class WireJson
{
    // Shared by all options, so that those that are alike share what .NET finds out about a type: it compiles code for each.
    private static readonly JsonMapConverter Maps = new();
    private static readonly JsonListConverter Lists = new();

    /// <summary>Makes options for plain types.</summary>
    /// <param name="resolvers">Source-generated contexts that know the types. What they do not know is looked up by
    /// reflection, where the application has it.</param>
    /// <returns>The options.</returns>
    public static JsonSerializerOptions Create(params IEnumerable<IJsonTypeInfoResolver> resolvers)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            AllowOutOfOrderMetadataProperties = true,
        };
        options.Converters.Add(Maps);
        options.Converters.Add(Lists);
        foreach (var resolver in resolvers)
        {
            options.TypeInfoResolverChain.Add(resolver);
        }

        if (JsonSerializer.IsReflectionEnabledByDefault)
        {
            AddReflection(options);
        }

        options.MakeReadOnly();
        return options;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where the application has not turned reflection off, as trimmed ones do.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only where the application has not turned reflection off, as native ones do.")]
    private static void AddReflection(JsonSerializerOptions options)
    {
        options.Converters.Add(Reflection.Enums);
        options.TypeInfoResolverChain.Add(Reflection.Types);
    }

    private static class Reflection
    {
        [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only where the application has not turned reflection off, as native ones do.")]
        public static readonly JsonStringEnumConverter Enums = new();

        [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where the application has not turned reflection off, as trimmed ones do.")]
        [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only where the application has not turned reflection off, as native ones do.")]
        public static readonly DefaultJsonTypeInfoResolver Types = new();
    }
}
