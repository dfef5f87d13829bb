using Ahoi.ControlPlane.ApiServer.OpenApi;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Wire;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.ApiServer.Requests;

/// <summary>Serves the OpenAPI documents of what is served at the moment.</summary>
internal sealed class OpenApiSource(ResourceRegistry registry)
{
    private readonly Lock _gate = new();
    private ResourceSet? _of;
    private OpenApiDocuments? _documents;

    public async ValueTask WriteAsync(HttpContext http, string path, RequestQuery query)
    {
        var documents = Current();
        var (document, mediaType) = path switch
        {
            "/openapi/v2" => (documents.Version2, MediaTypes.Json),
            "/openapi/v3" => (documents.Index, "text/plain; charset=utf-8"),
            _ => (documents.Find(path["/openapi/v3/".Length..]), MediaTypes.Json),
        };
        if (document is null || (path == "/openapi/v2" && !TakesJson(http.Request.Headers.Accept)))
        {
            http.Response.StatusCode = document is null ? 404 : 406;
            return;
        }

        var response = http.Response;
        var etag = $"\"{document.Hash}\"";
        response.Headers.ETag = etag;
        response.Headers.Vary = "Accept";
        if (query["hash"] is { Length: > 0 } hash)
        {
            if (hash != document.Hash)
            {
                response.StatusCode = 301;
                response.ContentType = MediaTypes.Json;
                response.Headers.Location = $"{path}?hash={document.Hash}";
                return;
            }

            response.Headers.CacheControl = "public, immutable";
        }

        var match = http.Request.Headers.IfNoneMatch.ToString();
        if (match == "*" || match.Contains(etag, StringComparison.Ordinal))
        {
            response.StatusCode = 304;
            return;
        }

        response.StatusCode = 200;
        response.ContentType = mediaType;
        response.ContentLength = document.Json.Length;
        await response.BodyWriter.WriteAsync(document.Json, http.RequestAborted).ConfigureAwait(false);
    }

    private static bool TakesJson(string? accept) => string.IsNullOrEmpty(accept)
        || accept.Split(',').Any(part => part.Split(';')[0].Trim() is MediaTypes.Json or "application/*" or "*/*");

    private OpenApiDocuments Current()
    {
        var set = registry.Current;
        lock (_gate)
        {
            if (_documents is null || !ReferenceEquals(_of, set))
            {
                _documents = new(Describe(set), _documents);
                _of = set;
            }

            return _documents;
        }
    }

    private static List<OpenApiResource> Describe(ResourceSet set)
    {
        var described = new List<OpenApiResource>();
        foreach (var resource in set.All)
        {
            described.Add(new(resource.Resource, resource.GroupVersionKind, resource.Namespaced, resource.Verbs)
            {
                IsCustom = resource.IsCustom || resource.CustomSchema is not null,
                CustomSchema = resource.CustomSchema,
            });
            foreach (var subresource in resource.Subresources)
            {
                described.Add(new(resource.Resource, subresource.Kind, resource.Namespaced, subresource.Verbs)
                {
                    Subresource = subresource.Name,
                    IsCustom = resource.IsCustom,
                    CustomSchema = resource.CustomSchema,
                });
            }
        }

        return described;
    }
}
