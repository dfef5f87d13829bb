using System.Buffers.Text;
using System.Text.Json;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Reading;

/// <summary>Where a list goes on: as of which revision, after which key. Clients hand it back as it is.</summary>
/// <param name="Revision">The revision of the first page; -1 for whatever is newest.</param>
/// <param name="After">The last key of the page before, without the resource's own prefix.</param>
internal readonly record struct ContinueToken(long Revision, string After)
{
    private const string Format = "meta.k8s.io/v1";

    /// <summary>Reads a token.</summary>
    /// <exception cref="Ahoi.Api.Errors.ApiException">400 if it is none.</exception>
    public static ContinueToken Parse(string text)
    {
        try
        {
            var json = JsonTree.ParseMap(Base64Url.DecodeFromChars(text.AsSpan().TrimEnd('=')));
            if (json.Text("v") == Format && json.Integer("rv") is { } revision && json.Text("start") is { Length: > 0 } start)
            {
                var after = start.TrimEnd('\0');
                if (revision != 0 && !after.Contains("..", StringComparison.Ordinal))
                {
                    return new(revision, after);
                }
            }
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            throw ApiErrors.BadRequest("The continue token is not valid.", exception);
        }

        throw ApiErrors.BadRequest("The continue token is not valid.");
    }

    public override string ToString() => Base64Url.EncodeToString(
        JsonTree.ToUtf8(new JsonMap { ["v"] = Format, ["rv"] = Revision, ["start"] = After + "\0" }));
}
