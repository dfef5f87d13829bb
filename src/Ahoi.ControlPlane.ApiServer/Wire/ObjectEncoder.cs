using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Wire;

/// <summary>
/// Writes objects as they are stored: kind, apiVersion and metadata first, metadata in Kubernetes' order, and without a
/// resourceVersion, which the store assigns. <see cref="ObjectBytes"/> relies on this order to put the version in
/// without parsing.
/// </summary>
internal static class ObjectEncoder
{
    /// <summary>How deeply a stored object may nest: lists, events and tables put it deeper, and must be readable still.</summary>
    private const int MaxDepth = JsonTree.MaxDepth - 16;

    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = MaxDepth,
        SkipValidation = true,
    };

    // resourceVersion is left out on purpose.
    private static readonly string[] MetadataOrder =
    [
        "name", "generateName", "namespace", "selfLink", "uid", "generation", "creationTimestamp", "deletionTimestamp",
        "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers", "managedFields",
    ];

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    /// <summary>Encodes an object for the store.</summary>
    /// <exception cref="ApiException">It is nested more deeply or longer than what could be read and sent again.</exception>
    public static byte[] Encode(JsonMap value)
    {
        try
        {
            var bytes = Write(value);
            return bytes.Length <= RequestBody.MaxLength ? bytes : throw ApiErrors.TooLarge();
        }
        catch (InvalidOperationException exception)
        {
            throw ApiErrors.BadRequest($"The object would be nested too deeply: with its managed fields, the limit is {MaxDepth} levels.", exception);
        }
    }

    private static byte[] Write(JsonMap value)
    {
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        var writer = t_writer ??= new Utf8JsonWriter(buffer, Options);
        writer.Reset(buffer);
        writer.WriteStartObject();
        writer.WritePropertyName("kind"u8);
        JsonTree.Write(writer, value["kind"]);
        writer.WritePropertyName("apiVersion"u8);
        JsonTree.Write(writer, value["apiVersion"]);
        writer.WritePropertyName("metadata"u8);
        WriteMetadata(writer, value.Map("metadata") ?? []);
        foreach (var (key, item) in value)
        {
            if (key is not ("kind" or "apiVersion" or "metadata"))
            {
                writer.WritePropertyName(key);
                JsonTree.Write(writer, item);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        var bytes = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > 1 << 20)
        {
            t_buffer = null;
            t_writer = null;
        }

        return bytes;
    }

    private static void WriteMetadata(Utf8JsonWriter writer, JsonMap metadata)
    {
        writer.WriteStartObject();
        foreach (var key in MetadataOrder)
        {
            if (metadata.TryGetValue(key, out var item))
            {
                writer.WritePropertyName(key);
                JsonTree.Write(writer, item);
            }
        }

        foreach (var (key, item) in metadata)
        {
            if (key != "resourceVersion" && Array.IndexOf(MetadataOrder, key) < 0)
            {
                writer.WritePropertyName(key);
                JsonTree.Write(writer, item);
            }
        }

        writer.WriteEndObject();
    }
}
