using System.Buffers;
using System.Text;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.ApiServer.Wire;

/// <summary>Writes answers.</summary>
internal static class AnswerWriter
{
    private const int MostWarned = 4 * 1024;
    private const int LongestCutWarning = 256;

    /// <summary>Writes a JSON body, as YAML where that was asked for.</summary>
    public static ValueTask WriteJsonAsync(HttpContext http, int code, AnswerForm form, ReadOnlyMemory<byte> json, string mediaType = MediaTypes.Json)
    {
        if (form.Yaml)
        {
            return WriteAsync(http, code, MediaTypes.Yaml, YamlWriter.ToUtf8(JsonTree.Parse(json.Span)));
        }

        if (http.Request.QueryString.HasValue && IsPretty(http))
        {
            json = Indent(json);
        }

        return WriteAsync(http, code, mediaType, json);
    }

    public static ValueTask WriteMapAsync(HttpContext http, int code, AnswerForm form, JsonMap value) =>
        WriteJsonAsync(http, code, form, JsonTree.ToUtf8(value));

    public static ValueTask WriteTextAsync(HttpContext http, int code, string text) =>
        WriteAsync(http, code, MediaTypes.Text, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes what went wrong, in JSON or in the YAML that was asked for.</summary>
    public static ValueTask WriteStatusAsync(HttpContext http, ApiStatus status)
    {
        AnswerForm form;
        try
        {
            form = Negotiation.Choose(http.Request.Headers.Accept, Negotiation.Anything);
        }
        catch (ApiException)
        {
            form = AnswerForm.Json;
        }

        if (status.Details?.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return WriteMapAsync(http, status.Code, form, status.ToJson());
    }

    /// <summary>Adds the warnings that the request gathered.</summary>
    public static void AddWarnings(ApiRequest request)
    {
        // Many or long ones are cut, as in Kubernetes, or the answer's headers would outgrow what clients read.
        var cut = request.Warnings.Sum(w => w.Length) > MostWarned;
        var written = 0;
        foreach (var warning in request.Warnings)
        {
            if (cut && written >= MostWarned)
            {
                return;
            }

            var shown = cut && warning.Length > LongestCutWarning ? warning[..LongestCutWarning] : warning;
            written += shown.Length;
            var text = new StringBuilder("299 - \"");
            foreach (var c in shown)
            {
                _ = c switch
                {
                    '"' or '\\' => text.Append('\\').Append(c),
                    < ' ' or > '~' => text.Append(' '),
                    _ => text.Append(c),
                };
            }

            request.Http.Response.Headers.Append("Warning", text.Append('"').ToString());
        }
    }

    private static async ValueTask WriteAsync(HttpContext http, int code, string mediaType, ReadOnlyMemory<byte> body)
    {
        var response = http.Response;
        response.StatusCode = code;
        response.ContentType = mediaType;
        response.Headers.CacheControl = "no-cache, private";
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return;
        }

        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
    }

    private static bool IsPretty(HttpContext http) => RequestQuery.Parse(http.Request.QueryString.Value).Flag("pretty");

    private static ReadOnlyMemory<byte> Indent(ReadOnlyMemory<byte> json)
    {
        var output = new ArrayBufferWriter<byte>(json.Length * 2);
        using (var writer = new System.Text.Json.Utf8JsonWriter(output, new()
        {
            Indented = true,
            MaxDepth = 1000,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            JsonTree.Write(writer, JsonTree.Parse(json.Span));
        }

        return output.WrittenMemory;
    }
}
