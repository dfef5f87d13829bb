using System.Runtime.CompilerServices;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Reading;

/// <summary>Knows what objects without content look like: bookmarks of built-in kinds carry the fields that are always written.</summary>
internal static class EmptyObjects
{
    private static readonly ConditionalWeakTable<ServedResource, JsonMap> Known = [];

    public static JsonMap FieldsOf(ServedResource resource) => Known.GetValue(resource, static r =>
    {
        var value = new JsonMap { ["kind"] = r.Kind, ["apiVersion"] = r.ApiVersion, ["metadata"] = new JsonMap() };
        if (r.Schema is { } schema)
        {
            ObjectDecoder.Decode(value, schema);
        }

        value.Remove("kind");
        value.Remove("apiVersion");
        value.Remove("metadata");
        return value;
    });
}
