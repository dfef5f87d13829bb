using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Requests;

/// <summary>Reads what a server says when it does not do what it was asked.</summary>
internal static class ErrorResponse
{
    private const int MaxBody = 1 << 20;

    public static async Task<ApiException> ReadAsync(ApiResponse response)
    {
        byte[] body;
        try
        {
            body = await response.ReadAllAsync(MaxBody).ConfigureAwait(false);
        }
        catch (TransportException)
        {
            // The status line alone says enough.
            body = [];
        }

        return new(Read(response.Message, body, response.Request));
    }

    public static ApiStatus Read(HttpResponseMessage message, byte[] body, string request)
    {
        var code = (int)message.StatusCode;
        var status = Parse(body) ?? new ApiStatus(code, ReasonOf(code), Describe(body, message, request));
        if (status.Code == 0)
        {
            status = status with { Code = code };
        }

        return RetryAfterSeconds(message.Headers.RetryAfter) is { } seconds && status.Details?.RetryAfterSeconds is null
            ? status with { Details = (status.Details ?? new()) with { RetryAfterSeconds = seconds } }
            : status;
    }

    private static int? RetryAfterSeconds(RetryConditionHeaderValue? header) =>
        header?.Delta is { } delta ? (int)Math.Ceiling(delta.TotalSeconds) : null;

    private static ApiStatus? Parse(byte[] body)
    {
        try
        {
            return body is [(byte)'{', ..] && JsonTree.ParseMap(body) is var json && json.Text("kind") == "Status"
                ? ApiStatus.FromJson(json)
                : null;
        }
        catch (JsonException)
        {
            // Something between us and the server answered; it is shown as text.
            return null;
        }
    }

    private static string Describe(byte[] body, HttpResponseMessage message, string request)
    {
        var text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 300))).Trim();
        return $"{request}: {(int)message.StatusCode} {message.ReasonPhrase}{(text.Length > 0 ? ": " : "")}{text}";
    }

    internal static string ReasonOf(int code) => code switch
    {
        400 => StatusReason.BadRequest,
        401 => StatusReason.Unauthorized,
        403 => StatusReason.Forbidden,
        404 => StatusReason.NotFound,
        405 => StatusReason.MethodNotAllowed,
        406 => StatusReason.NotAcceptable,
        409 => StatusReason.Conflict,
        410 => StatusReason.Gone,
        413 => StatusReason.RequestEntityTooLarge,
        415 => StatusReason.UnsupportedMediaType,
        422 => StatusReason.Invalid,
        429 => StatusReason.TooManyRequests,
        500 => StatusReason.InternalError,
        503 => StatusReason.ServiceUnavailable,
        504 => StatusReason.Timeout,
        _ => StatusReason.Unknown,
    };
}
