using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using k8s;
using k8s.Models;

namespace Ahoi.Models.Json;

/// <summary>
/// JSON for the model classes (<c>V1Deployment</c> and its like) that says what the API says: nulls are left out, a quantity
/// and a text stay the text they were, micro-times have six digits. What a model has no property for is lost in it, so write
/// models by apply or patch, never by replacing a whole object.
/// </summary>
public static class ModelJson
{
    private static readonly HashSet<(Type, string)> MicroTimes =
    [
        (typeof(V1LeaseSpec), "acquireTime"),
        (typeof(V1LeaseSpec), "renewTime"),
        (typeof(V1alpha2LeaseCandidateSpec), "pingTime"),
        (typeof(V1alpha2LeaseCandidateSpec), "renewTime"),
        (typeof(V1beta1LeaseCandidateSpec), "pingTime"),
        (typeof(V1beta1LeaseCandidateSpec), "renewTime"),
        (typeof(Corev1Event), "eventTime"),
        (typeof(Corev1EventSeries), "lastObservedTime"),
        (typeof(Eventsv1Event), "eventTime"),
        (typeof(Eventsv1EventSeries), "lastObservedTime"),
    ];

    /// <summary>Gets the options for the model classes alone.</summary>
    public static JsonSerializerOptions Options { get; } = CreateOptions();

    /// <summary>Makes options that also know types of yours.</summary>
    /// <param name="resolvers">Your source-generated contexts; they are asked first.</param>
    /// <returns>Options that can no longer be changed.</returns>
    public static JsonSerializerOptions CreateOptions(params ReadOnlySpan<IJsonTypeInfoResolver> resolvers)
    {
        var options = new JsonSerializerOptions
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = JsonTypeInfoResolver.Combine([.. resolvers, SourceGenerationContext.Default]).WithAddedModifier(UseMicroTimes),
        };
        options.Converters.Add(new IntOrStringConverter());
        options.Converters.Add(new QuantityConverter());
        options.Converters.Add(new TimeConverter());
        options.MakeReadOnly();
        return options;
    }

    /// <summary>Decodes an object into a model of its own.</summary>
    /// <typeparam name="T">The model class.</typeparam>
    /// <param name="value">The object.</param>
    /// <returns>The model; each call makes a new one.</returns>
    /// <exception cref="JsonException">The object does not fit the model; the path is in the exception.</exception>
    public static T Decode<T>(this RawObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Decode<T>(Options);
    }

    /// <summary>Writes a model as JSON, with its apiVersion and kind.</summary>
    /// <typeparam name="T">The model class.</typeparam>
    /// <param name="model">The model.</param>
    /// <returns>The JSON in UTF-8.</returns>
    public static byte[] ToUtf8<T>(T model)
        where T : notnull
    {
        if (model is IKubernetesObject { Kind: null } untyped && ModelType.Find(typeof(T)) is { } type)
        {
            untyped.ApiVersion = type.Type.ApiVersion;
            untyped.Kind = type.Type.Kind;
        }

        return JsonSerializer.SerializeToUtf8Bytes(model, (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T)));
    }

    /// <summary>Writes a model as a map, with its apiVersion and kind.</summary>
    /// <typeparam name="T">The model class.</typeparam>
    /// <param name="model">The model.</param>
    /// <returns>The map.</returns>
    public static JsonMap ToMap<T>(T model)
        where T : notnull => JsonTree.ParseMap(ToUtf8(model));

    private static void UseMicroTimes(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (MicroTimes.Contains((type.Type, property.Name)))
            {
                property.CustomConverter = property.PropertyType == typeof(DateTime) ? new MicroTimeConverter() : new MicroTimeConverter.OrNull();
            }
        }
    }
}
