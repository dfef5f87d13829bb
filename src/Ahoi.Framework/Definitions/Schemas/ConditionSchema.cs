using Ahoi.Api.Json;

namespace Ahoi.Framework.Definitions.Schemas;

/// <summary>The schema of a status's conditions.</summary>
internal static class ConditionSchema
{
    public static JsonMap Create() => new()
    {
        ["type"] = "array",
        ["description"] = "What is known of the object's state.",
        ["x-kubernetes-list-type"] = "map",
        ["x-kubernetes-list-map-keys"] = new JsonList { "type" },
        ["items"] = new JsonMap
        {
            ["type"] = "object",
            ["required"] = new JsonList { "type", "status", "reason", "message", "lastTransitionTime" },
            ["properties"] = new JsonMap
            {
                ["type"] = Text(316),
                ["status"] = new JsonMap { ["type"] = "string", ["enum"] = new JsonList { "True", "False", "Unknown" } },
                ["reason"] = Text(1024),
                ["message"] = Text(32768),
                ["lastTransitionTime"] = new JsonMap { ["type"] = "string", ["format"] = "date-time" },
                ["observedGeneration"] = new JsonMap { ["type"] = "integer", ["format"] = "int64", ["minimum"] = 0 },
            },
        },
    };

    private static JsonMap Text(int longest) => new() { ["type"] = "string", ["maxLength"] = longest };
}
