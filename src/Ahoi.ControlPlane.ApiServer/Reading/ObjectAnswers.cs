using System.Text;
using System.Text.Encodings.Web;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Tables;
using Ahoi.ControlPlane.ApiServer.Wire;

namespace Ahoi.ControlPlane.ApiServer.Reading;

/// <summary>Answers requests with objects and lists, in the form that was asked for.</summary>
internal static class ObjectAnswers
{
    private static readonly byte[] Next = [(byte)','];
    private static readonly byte[] Open = [(byte)'{'];
    private static readonly byte[] NextOpen = [(byte)',', (byte)'{'];
    private static readonly byte[] End = [(byte)']', (byte)'}'];

    /// <summary>Answers with one object.</summary>
    /// <param name="request">The request.</param>
    /// <param name="code">The HTTP status.</param>
    /// <param name="json">The object in the version served.</param>
    public static ValueTask WriteObjectAsync(ApiRequest request, int code, ReadOnlyMemory<byte> json)
    {
        AnswerWriter.AddWarnings(request);
        switch (request.Form.As)
        {
            case Transformation.Table:
                var table = TableBuilder.Build(request, [JsonTree.ParseMap(json.Span)], columns: true);
                return AnswerWriter.WriteMapAsync(request.Http, code, request.Form, table);
            case Transformation.PartialMetadata:
                var partial = PartialMetadata.Of(JsonTree.ParseMap(json.Span), request.Form.AsVersion);
                return AnswerWriter.WriteMapAsync(request.Http, code, request.Form, partial);
            case Transformation.PartialMetadataList:
                throw ApiErrors.NotAcceptable("PartialObjectMetadata is not a list");
            default:
                return AnswerWriter.WriteJsonAsync(request.Http, code, request.Form, json);
        }
    }

    /// <summary>Answers with a list.</summary>
    public static async ValueTask WriteListAsync(ApiRequest request, ListPage page)
    {
        var resource = request.Resource;
        if (request.Form is { As: Transformation.None, Yaml: false } && !request.Query.Flag("pretty"))
        {
            AnswerWriter.AddWarnings(request);
            await StreamAsync(request, page).ConfigureAwait(false);
            return;
        }

        var items = new JsonList(page.Objects.Count);
        foreach (var value in page.Objects)
        {
            var form = await value.GetFormAsync(resource, request.Aborted).ConfigureAwait(false);
            items.Add(JsonTree.ParseMap(form.Span));
        }

        await WriteListAsync(request, items, JsonTree.ParseMap(Metadata(page, resource.IsCustom && request.Form.As == Transformation.None))).ConfigureAwait(false);
    }

    /// <summary>Answers with a list.</summary>
    /// <param name="request">The request.</param>
    /// <param name="items">The objects, with their kinds; they are changed.</param>
    /// <param name="metadata">The list's metadata.</param>
    public static async ValueTask WriteListAsync(ApiRequest request, JsonList items, JsonMap metadata)
    {
        AnswerWriter.AddWarnings(request);
        var resource = request.Resource;
        JsonMap list;
        switch (request.Form.As)
        {
            case Transformation.Table:
                list = TableBuilder.Build(request, items.Maps, columns: true);
                list["metadata"] = metadata;
                break;
            case Transformation.PartialMetadata:
                throw ApiErrors.NotAcceptable("a list is a PartialObjectMetadataList");
            case Transformation.PartialMetadataList:
                list = new JsonMap
                {
                    ["kind"] = "PartialObjectMetadataList",
                    ["apiVersion"] = "meta.k8s.io/" + request.Form.AsVersion,
                    ["metadata"] = metadata,
                    ["items"] = new JsonList(items.Maps.Select(i => PartialMetadata.Of(i, request.Form.AsVersion))),
                };
                break;
            default:
                if (!resource.IsCustom)
                {
                    foreach (var item in items.Maps)
                    {
                        item.Remove("kind");
                        item.Remove("apiVersion");
                    }
                }

                list = new JsonMap
                {
                    ["kind"] = resource.ListKind,
                    ["apiVersion"] = resource.ApiVersion,
                    ["metadata"] = metadata,
                    ["items"] = items,
                };
                break;
        }

        await AnswerWriter.WriteMapAsync(request.Http, 200, request.Form, list).ConfigureAwait(false);
    }

    private static async ValueTask StreamAsync(ApiRequest request, ListPage page)
    {
        var resource = request.Resource;
        var response = request.Http.Response;
        response.StatusCode = 200;
        response.ContentType = MediaTypes.Json;
        response.Headers.CacheControl = "no-cache, private";
        var writer = response.BodyWriter;
        byte[] head =
        [
            .. "{\"kind\":"u8, .. Text(resource.ListKind), .. ",\"apiVersion\":"u8, .. Text(resource.ApiVersion),
            .. ",\"metadata\":"u8, .. Metadata(page, resource.IsCustom), .. ",\"items\":["u8,
        ];
        byte[]? kind = resource.IsCustom ? null : [.. "{\"kind\":"u8, .. Text(resource.Kind), .. ",\"apiVersion\":"u8, .. Text(resource.ApiVersion), (byte)','];
        if (resource.Reader is null)
        {
            // Bytes that are there already need not go in chunks.
            response.ContentLength = LengthOf(page, head.Length, kind);
        }

        using var gathered = new GatheringWriter(writer);
        await gathered.WriteAsync(head, request.Aborted).ConfigureAwait(false);
        for (var i = 0; i < page.Objects.Count; i++)
        {
            var json = await page.Objects[i].GetFormAsync(resource, request.Aborted).ConfigureAwait(false);
            if (!resource.IsCustom)
            {
                // Items of built-in kinds leave out what the list says already.
                await gathered.WriteAsync(i == 0 ? Open : NextOpen, request.Aborted).ConfigureAwait(false);
                json = json[ObjectBytes.MetadataStart(json.Span, kind)..];
            }
            else if (i > 0)
            {
                await gathered.WriteAsync(Next, request.Aborted).ConfigureAwait(false);
            }

            await gathered.WriteAsync(json, request.Aborted).ConfigureAwait(false);
        }

        await gathered.WriteAsync(End, request.Aborted).ConfigureAwait(false);
        await gathered.FlushAsync(request.Aborted).ConfigureAwait(false);
    }

    // Lists of custom kinds say that nothing follows; others leave it out.
    private static byte[] Metadata(ListPage page, bool saysEnd)
    {
        var metadata = new JsonMap { ["resourceVersion"] = page.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        if ((page.Continue ?? (saysEnd ? "" : null)) is { } token)
        {
            metadata["continue"] = token;
        }

        if (page.Remaining is { } remaining)
        {
            metadata["remainingItemCount"] = remaining;
        }

        return JsonTree.ToUtf8(metadata);
    }

    private static long LengthOf(ListPage page, int head, byte[]? kind)
    {
        var length = (long)head + Math.Max(0, page.Objects.Count - 1) + 2;
        foreach (var value in page.Objects)
        {
            length += kind is null ? value.Json.Length : 1 + value.Json.Length - ObjectBytes.MetadataStart(value.Json.Span, kind);
        }

        return length;
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes('"' + JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text) + '"');
}
