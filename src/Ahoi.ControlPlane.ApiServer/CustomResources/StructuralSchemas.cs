using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Makes the shared <see cref="Schema"/> of a version from the structural schema in its definition.</summary>
internal static class StructuralSchemas
{
    /// <summary>Builds the type of a custom kind.</summary>
    /// <param name="source">The structural schema.</param>
    /// <returns>The type.</returns>
    public static Schema Build(JsonMap source)
    {
        var schema = new Schema
        {
            Type = source.Text("type") ?? "",
            Format = source.Text("format"),
            Items = source.Map("items") is { } items ? Build(items) : null,
            AdditionalProperties = source["additionalProperties"] switch
            {
                JsonMap additional => Build(additional),
                true => new Schema { PreserveUnknownFields = true },
                _ => null,
            },
            Required = [.. source.List("required")?.Texts ?? []],
            HasDefault = source["default"] is not null,
            Default = source["default"],
            Nullable = source.Flag("nullable") == true,
            ListType = source.Text("x-kubernetes-list-type"),
            ListMapKeys = [.. source.List("x-kubernetes-list-map-keys")?.Texts ?? []],
            MapType = source.Text("x-kubernetes-map-type"),
            PreserveUnknownFields = source.Flag("x-kubernetes-preserve-unknown-fields") == true,
            IntOrString = source.Flag("x-kubernetes-int-or-string") == true,
            EmbeddedResource = source.Flag("x-kubernetes-embedded-resource") == true,
            Source = source,
        };
        foreach (var (name, property) in SchemaNodes.Properties(source))
        {
            schema.Properties[name] = Build(property);
        }

        return schema;
    }
}
