using System.Runtime.InteropServices;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Wire;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.ApiServer.Requests;

/// <summary>Answers what is not for a resource: health, version, discovery, OpenAPI.</summary>
internal sealed class PathRequests(ServerParts parts, OpenApiSource openApi)
{
    private static readonly byte[] Version = JsonTree.ToUtf8(new JsonMap
    {
        ["major"] = "1",
        ["minor"] = "36",
        ["emulationMajor"] = "1",
        ["emulationMinor"] = "36",
        ["minCompatibilityMajor"] = "1",
        ["minCompatibilityMinor"] = "35",
        ["gitVersion"] = "v1.36.2+ahoi",
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "2026-01-01T00:00:00Z",
        ["goVersion"] = "none",
        ["compiler"] = RuntimeInformation.FrameworkDescription,
        ["platform"] = "linux/amd64",
    });

    public async ValueTask HandleAsync(HttpContext http, RequestInfo info, RequestQuery query)
    {
        var path = info.Path.Length > 1 ? info.Path.TrimEnd('/') : info.Path;
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            if (path.StartsWith("/api", StringComparison.Ordinal))
            {
                throw ApiErrors.MethodNotAllowed();
            }

            await NotFoundAsync(http).ConfigureAwait(false);
            return;
        }

        switch (path)
        {
            case "/healthz" or "/livez" or "/readyz" or "/healthz/ping" or "/livez/ping" or "/readyz/ping"
                or "/healthz/log" or "/livez/log" or "/readyz/log" or "/healthz/etcd" or "/livez/etcd" or "/readyz/etcd":
                await HealthAsync(http, path, query).ConfigureAwait(false);
                break;
            case "/version":
                Negotiation.RequireRoute(http.Request.Headers.Accept, watch: false);
                await AnswerWriter.WriteJsonAsync(http, 200, AnswerForm.Json, Version).ConfigureAwait(false);
                break;
            case "/api" or "/apis":
                await DiscoverRootAsync(http, path).ConfigureAwait(false);
                break;
            case "/openapi/v2" or "/openapi/v3":
                await openApi.WriteAsync(http, path, query).ConfigureAwait(false);
                break;
            case "/":
                await WriteAsync(http, new() { ["paths"] = new JsonList(Paths()) }).ConfigureAwait(false);
                break;
            default:
                if (path.StartsWith("/openapi/v3/", StringComparison.Ordinal))
                {
                    await openApi.WriteAsync(http, path, query).ConfigureAwait(false);
                }
                else if (path.StartsWith("/api", StringComparison.Ordinal))
                {
                    await DiscoverAsync(http, path).ConfigureAwait(false);
                }
                else
                {
                    await NotFoundAsync(http).ConfigureAwait(false);
                }

                break;
        }
    }

    public static ValueTask NotFoundAsync(HttpContext http) => AnswerWriter.WriteTextAsync(http, 404, "404 page not found\n");

    private static ValueTask WriteAsync(HttpContext http, JsonMap value) =>
        AnswerWriter.WriteMapAsync(http, 200, Negotiation.Choose(http.Request.Headers.Accept, Negotiation.Nothing), value);

    private async ValueTask HealthAsync(HttpContext http, string path, RequestQuery query)
    {
        var ready = parts is { Ready: true, Feed.Failure: null } && !parts.Stopping.IsCancellationRequested;
        var healthy = path.StartsWith("/readyz", StringComparison.Ordinal) ? ready : parts.Feed.Failure is null;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        var text = !healthy ? "[-]store failed\nhealthz check failed\n"
            : query.Flag("verbose") ? $"[+]ping ok\n[+]log ok\n[+]etcd ok\n{path[1..]} check passed\n"
            : "ok";
        await AnswerWriter.WriteTextAsync(http, healthy ? 200 : 500, text).ConfigureAwait(false);
    }

    private async ValueTask DiscoverRootAsync(HttpContext http, string path)
    {
        var form = Negotiation.Choose(
            http.Request.Headers.Accept,
            (kind, group, version) => (kind, group, version) is ("APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2") ? Transformation.Other : null);
        var document = parts.Discovery.Find(form.As == Transformation.Other ? path + "#" : path)!;
        http.Response.Headers.Vary = "Accept";
        if (form.As != Transformation.Other)
        {
            await AnswerWriter.WriteJsonAsync(http, 200, form, document.Json).ConfigureAwait(false);
            return;
        }

        http.Response.Headers.ETag = document.ETag;
        if (http.Request.Headers.IfNoneMatch.ToString().Contains(document.ETag, StringComparison.Ordinal))
        {
            http.Response.StatusCode = 304;
            return;
        }

        await AnswerWriter.WriteJsonAsync(http, 200, form, document.Json, MediaTypes.AggregatedDiscovery).ConfigureAwait(false);
    }

    private async ValueTask DiscoverAsync(HttpContext http, string path)
    {
        if (parts.Discovery.Find(path) is not { } document)
        {
            var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            var known = segments is ["api", ..] || (segments.Length > 1 && parts.Registry.Current.FindGroup(segments[1]) is { IsCustom: false });
            if (known)
            {
                throw ApiErrors.NoSuchPath();
            }

            await NotFoundAsync(http).ConfigureAwait(false);
            return;
        }

        var form = Negotiation.Choose(http.Request.Headers.Accept, Negotiation.Nothing);
        await AnswerWriter.WriteJsonAsync(http, 200, form, document.Json).ConfigureAwait(false);
    }

    private IEnumerable<string> Paths() =>
        parts.Registry.Current.Groups.SelectMany(g => g.Name.Length == 0
                ? ["/api", "/api/v1"]
                : g.Versions.Select(v => $"/apis/{g.Name}/{v}").Prepend($"/apis/{g.Name}"))
            .Concat(parts.OpenPaths.Keys)
            .Concat(["/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"])
            .Order(StringComparer.Ordinal);
}
