using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Wire;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Turns objects of a served version into what is stored, and back.</summary>
internal static class StoredForm
{
    /// <summary>Reads a stored object in the version served, its resourceVersion set.</summary>
    public static async ValueTask<JsonMap> ReadAsync(ServedResource resource, StoredValue stored, CancellationToken cancellationToken)
    {
        var value = JsonTree.ParseMap(stored.Value.Span);
        if (resource.Reader is { } reader)
        {
            value = await reader.ReadAsync(value, cancellationToken).ConfigureAwait(false);
        }

        value.Metadata()["resourceVersion"] = stored.Revision.ToString(CultureInfo.InvariantCulture);
        return value;
    }

    /// <summary>Gets what is stored for an object of the version served.</summary>
    public static async ValueTask<byte[]> EncodeAsync(ServedResource resource, JsonMap value, CancellationToken cancellationToken)
    {
        if (resource.Reader is { } reader)
        {
            value = await reader.WriteAsync(value.DeepClone(), cancellationToken).ConfigureAwait(false);
        }

        return ObjectEncoder.Encode(value);
    }

    /// <summary>Gets the answer to a write: the object as it was stored, in the version served.</summary>
    public static async ValueTask<byte[]> AnswerAsync(ServedResource resource, byte[] stored, long revision, CancellationToken cancellationToken)
    {
        if (resource.Reader is { } reader)
        {
            // What the stored version has no place for is lost, and the answer must not pretend otherwise.
            stored = ObjectEncoder.Encode(await reader.ReadAsync(JsonTree.ParseMap(stored), cancellationToken).ConfigureAwait(false));
        }

        return ObjectBytes.WithVersion(stored, revision);
    }
}
