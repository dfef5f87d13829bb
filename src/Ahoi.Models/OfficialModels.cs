using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Models.Json;
using k8s.Models;

namespace Ahoi.Models;

/// <summary>The official client's model classes: <c>V1Deployment</c> and all the others.</summary>
public sealed class OfficialModels : IObjectCodecSource
{
    private OfficialModels()
    {
    }

    /// <summary>Gets the family, to be registered with the framework.</summary>
    public static OfficialModels Codecs { get; } = new();

    /// <inheritdoc/>
    public ObjectCodec? Find(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.GetCustomAttribute<KubernetesEntityAttribute>() is { } entity
            ? new ModelCodec(ModelJson.Options.GetTypeInfo(type), new(entity.Group ?? "", entity.ApiVersion, entity.Kind))
            : null;
    }

    private sealed class ModelCodec(JsonTypeInfo contract, GroupVersionKind kind) : ObjectCodec(contract.Type, kind)
    {
        public override object Decode(RawObject raw) =>
            JsonSerializer.Deserialize(raw.Json.Span, contract) ?? throw new JsonException("The JSON is null.");

        public override JsonMap Encode(object value)
        {
            var content = JsonTree.ParseMap(JsonSerializer.SerializeToUtf8Bytes(value, contract));
            content["apiVersion"] = Kind.ApiVersion;
            content["kind"] = Kind.Kind;
            return content;
        }
    }
}
