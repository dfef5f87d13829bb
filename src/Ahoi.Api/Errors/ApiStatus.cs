using Ahoi.Api.Json;

namespace Ahoi.Api.Errors;

/// <summary>The outcome of a request as the wire says it: <c>metav1.Status</c>.</summary>
/// <param name="Code">The HTTP status code.</param>
/// <param name="Reason">The machine-readable reason; see <see cref="StatusReason"/>.</param>
/// <param name="Message">What happened, for people.</param>
public sealed record ApiStatus(int Code, string Reason, string Message)
{
    /// <summary>Gets what the failure was about and its causes, or <see langword="null"/> where that is not known.</summary>
    public StatusDetails? Details { get; init; }

    /// <summary>Gets the token with which an expired list may go on inconsistently, where the server offers one.</summary>
    public string? Continue { get; init; }

    /// <summary>Gets whether this says that the request succeeded.</summary>
    public bool IsSuccess => Code is >= 200 and < 300;

    /// <summary>Reads a Status from its JSON.</summary>
    /// <param name="json">An object of kind Status.</param>
    /// <returns>The Status; what is missing reads as empty.</returns>
    public static ApiStatus FromJson(JsonMap json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new((int)(json.Integer("code") ?? 0), json.Text("reason") ?? "", json.Text("message") ?? "")
        {
            Continue = json.Map("metadata")?.Text("continue"),
            Details = json.Map("details") is { } details ? StatusDetails.FromJson(details) : null,
        };
    }

    /// <summary>Writes this Status as JSON.</summary>
    /// <returns>An object of kind Status.</returns>
    public JsonMap ToJson()
    {
        var json = new JsonMap
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = Continue is null ? new JsonMap() : new JsonMap { ["continue"] = Continue },
            ["status"] = IsSuccess ? "Success" : "Failure",
        };
        if (Message.Length > 0)
        {
            json["message"] = Message;
        }

        if (Reason.Length > 0)
        {
            json["reason"] = Reason;
        }

        if (Details is { } details)
        {
            json["details"] = details.ToJson();
        }

        json["code"] = Code;
        return json;
    }
}
