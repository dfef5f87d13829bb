using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Wire.Protobuf;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.ApiServer.Wire;

/// <summary>Reads and parses the bodies of requests.</summary>
internal static class RequestBody
{
    /// <summary>The longest body, in bytes.</summary>
    public const int MaxLength = 3 * 1024 * 1024;

    private delegate T Parser<out T>(ReadOnlySpan<byte> body);

    /// <summary>Gets the media type of the body, without parameters; empty where there is none.</summary>
    public static string MediaType(HttpRequest request)
    {
        var type = request.ContentType;
        if (string.IsNullOrEmpty(type))
        {
            return "";
        }

        var semicolon = type.IndexOf(';', StringComparison.Ordinal);
        return (semicolon < 0 ? type : type[..semicolon]).Trim().ToLowerInvariant();
    }

    /// <summary>Reads an object in JSON or YAML, by the media type.</summary>
    /// <param name="request">The request.</param>
    /// <param name="duplicates">Collects fields that are given twice, or <see langword="null"/>.</param>
    /// <param name="protobuf">Whether it may be in protobuf: built-in kinds may, custom ones may not.</param>
    /// <returns>The object, or <see langword="null"/> for an empty body.</returns>
    /// <exception cref="ApiException">400, 413 or 415.</exception>
    public static async ValueTask<JsonMap?> ReadMapAsync(HttpRequest request, ICollection<string>? duplicates, bool protobuf = false)
    {
        Func<ReadOnlySpan<byte>, object?> parse = MediaType(request) switch
        {
            "" or MediaTypes.Json or "*/*" => body => JsonTree.Parse(body, duplicates),
            MediaTypes.Yaml or "application/x-yaml" => body => YamlReader.Parse(body, duplicates),
            MediaTypes.Protobuf when protobuf => body => ProtobufDecoder.Decode(body),
            _ => throw ApiErrors.UnsupportedMediaType("application/json, application/yaml"),
        };
        var (isEmpty, value) = await ReadAsync(
            request,
            body => body.IsEmpty ? (true, null) : (false, parse(body))).ConfigureAwait(false);
        if (isEmpty)
        {
            return null;
        }

        return value as JsonMap ?? throw ApiErrors.BadRequest("The body of the request is not an object.");
    }

    /// <summary>Reads any JSON value.</summary>
    /// <exception cref="ApiException">400 or 413.</exception>
    public static ValueTask<object?> ReadJsonAsync(HttpRequest request, ICollection<string>? duplicates) =>
        ReadAsync(request, body => JsonTree.Parse(body, duplicates));

    /// <summary>Reads any YAML value, which JSON is, too.</summary>
    /// <exception cref="ApiException">400 or 413.</exception>
    public static ValueTask<object?> ReadYamlAsync(HttpRequest request, ICollection<string>? duplicates) =>
        ReadAsync(request, body => YamlReader.Parse(body, duplicates));

    private static async ValueTask<T> ReadAsync<T>(HttpRequest request, Parser<T> parse)
    {
        if (request.ContentLength > MaxLength)
        {
            throw ApiErrors.TooLarge();
        }

        var reader = request.BodyReader;
        while (true)
        {
            ReadResult result;
            try
            {
                result = await reader.ReadAsync(request.HttpContext.RequestAborted).ConfigureAwait(false);
            }
            catch (IOException exception) when (exception is not (BadHttpRequestException or ConnectionResetException))
            {
                // Chunks that are none.
                throw ApiErrors.BadRequest($"The body of the request could not be read: {exception.Message}", exception);
            }

            var body = result.Buffer;
            if (body.Length > MaxLength)
            {
                // What was read is given back, so that the server can read on for a while and its answer gets through.
                reader.AdvanceTo(body.End);
                throw ApiErrors.TooLarge();
            }

            if (!result.IsCompleted)
            {
                reader.AdvanceTo(body.Start, body.End);
                continue;
            }

            try
            {
                return ParseAll(body, parse);
            }
            catch (Exception exception) when (exception is JsonException or ProtobufFormatException)
            {
                throw ApiErrors.BadRequest($"The body of the request could not be read: {exception.Message}", exception);
            }
            finally
            {
                reader.AdvanceTo(body.End);
            }
        }
    }

    private static T ParseAll<T>(in ReadOnlySequence<byte> body, Parser<T> parse)
    {
        if (body.IsSingleSegment)
        {
            return parse(body.FirstSpan);
        }

        var length = (int)body.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(rented);
            return parse(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
