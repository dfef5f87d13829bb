using System.Net;
using System.Text;
using Ahoi.Api.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Ahoi.Dashboard.Serving;

/// <summary>Answers what the page asks.</summary>
internal sealed partial class DashboardRequests(RequestGuard guard, PageFiles files, ApiServerLink link, ILogger logger, CancellationToken stopping)
{
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    // What comes from the cluster is data; opened on its own, it is no page of this address.
    private const string DataPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";

    public async Task AnswerAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = DataPolicy;
        headers.CacheControl = "no-store";
        if (RequestGuard.Stranger(http) is { } stranger)
        {
            await RefuseAsync(http, stranger.Code, stranger.Message).ConfigureAwait(false);
            return;
        }

        var path = http.Request.Path;
        if (files.Find(path.Value ?? "") is { } file)
        {
            headers.ContentSecurityPolicy = PagePolicy;
            headers.CacheControl = "no-cache";
            await WriteAsync(http, StatusCodes.Status200OK, file.Type, file.Content).ConfigureAwait(false);
            return;
        }

        if (guard.Unknown(http) is { } unknown)
        {
            await RefuseAsync(http, unknown.Code, unknown.Message).ConfigureAwait(false);
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        try
        {
            await AnswerKnownAsync(http, path, ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
    }

    private Task AnswerKnownAsync(HttpContext http, PathString path, CancellationToken cancellationToken)
    {
        if (path == "/watch")
        {
            return http.WebSockets.IsWebSocketRequest
                ? WatchAsync(http, cancellationToken)
                : RefuseAsync(http, HttpStatusCode.UpgradeRequired, "Watches are a WebSocket.");
        }

        if (path == "/cluster")
        {
            var about = new JsonMap { ["server"] = link.Connection.Server.ToString(), ["context"] = link.Connection.Context };
            return WriteAsync(http, StatusCodes.Status200OK, "application/json", Encoding.UTF8.GetBytes(about.ToString()));
        }

        return ReadablePath.IsReadable(path)
            ? ForwardAsync(http, path, cancellationToken)
            : RefuseAsync(http, HttpStatusCode.NotFound, $"{path} is not forwarded: the dashboard reads objects and logs, and nothing else.");
    }

    private async Task WatchAsync(HttpContext http, CancellationToken cancellationToken)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync(RequestGuard.SocketProtocol).ConfigureAwait(false);
        using var watches = new WatchSocket(socket, link);
        await watches.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ForwardAsync(HttpContext http, PathString path, CancellationToken cancellationToken)
    {
        var accept = http.Request.Headers.Accept.ToString() is { Length: > 0 } given ? given : "application/json";
        HttpResponseMessage response;
        try
        {
            response = await link.GetAsync(path.ToUriComponent() + http.Request.QueryString.ToUriComponent(), accept, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            LogUnreachable(logger, exception.Message);
            var status = StatusText.Of(StatusCodes.Status502BadGateway, "ServerUnreachable", exception.Message);
            await WriteAsync(http, StatusCodes.Status502BadGateway, "application/json", Encoding.UTF8.GetBytes(status.ToString())).ConfigureAwait(false);
            return;
        }

        using (response)
        {
            http.Response.StatusCode = (int)response.StatusCode;
            http.Response.ContentType = response.Content.Headers.ContentType?.MediaType is "application/json" ? "application/json" : "text/plain; charset=utf-8";
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await http.Response.StartAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await CopyAsync(response, http.Response.Body, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException)
            {
                // It broke off on one side; the other must see that too, and not a complete answer.
                http.Abort();
            }
        }
    }

    private static async Task CopyAsync(HttpResponseMessage response, Stream target, CancellationToken cancellationToken)
    {
        var source = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var buffer = new byte[32 * 1024];
            while (await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                await target.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static Task RefuseAsync(HttpContext http, HttpStatusCode code, string message)
    {
        if (code == HttpStatusCode.MethodNotAllowed)
        {
            http.Response.Headers.Allow = "GET";
        }

        return WriteAsync(http, (int)code, "application/json", Encoding.UTF8.GetBytes(StatusText.Of((int)code, code.ToString(), message).ToString()));
    }

    private static async Task WriteAsync(HttpContext http, int code, string type, byte[] content)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = type;
        http.Response.ContentLength = content.Length;
        await http.Response.Body.WriteAsync(content, http.RequestAborted).ConfigureAwait(false);
    }

    [LoggerMessage(1101, LogLevel.Debug, "The API server does not answer: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, string reason);
}
