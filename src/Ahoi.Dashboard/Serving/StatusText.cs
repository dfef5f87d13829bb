using Ahoi.Api.Json;

namespace Ahoi.Dashboard.Serving;

/// <summary>Failures of our own, said as the API server says its own.</summary>
internal static class StatusText
{
    public static JsonMap Of(int code, string reason, string message) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonMap(),
        ["status"] = "Failure",
        ["message"] = message,
        ["reason"] = reason,
        ["code"] = (long)code,
    };
}
