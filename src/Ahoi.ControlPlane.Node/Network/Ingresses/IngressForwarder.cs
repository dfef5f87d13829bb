using System.Diagnostics;
using System.Net;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Node.Network.Services;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Ahoi.ControlPlane.Node.Network.Ingresses;

/// <summary>
/// Answers requests: finds the backend by the rules, takes an endpoint of it for each request, and passes the request on. One
/// that the endpoint did not take goes to another: always where there was no connection, and where the connection broke
/// before an answer if the request has no body and may be sent twice.
/// </summary>
internal sealed class IngressForwarder(IngressTable table, ServiceTable services, IHttpForwarder forwarder) : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromHours(1); // Of a request: event streams and web sockets may be quiet for long.
    private static readonly TimeSpan KeepTimeout = TimeSpan.FromSeconds(4); // Less than servers keep idle connections.
    private static readonly ForwarderRequestConfig Plain = new()
    {
        ActivityTimeout = IdleTimeout,
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static readonly ForwarderRequestConfig Http2 = Plain with { Version = HttpVersion.Version20 };

    private readonly ForwardedHeaders _headers = new();
    private readonly HttpMessageInvoker _client = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionIdleTimeout = KeepTimeout,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(), // Those of the client are passed on.
        },
        disposeHandler: true);

    public async Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (table.Routes.Find(request.Host.Host, request.Path.Value ?? "/") is not { } backend)
        {
            await AnswerAsync(http, 404, $"No Ingress has a rule for {request.Host.Host}{request.Path}.").ConfigureAwait(false);
            return;
        }

        if (backend.Service is not { } key || !services.Current.TryGetValue(key, out var entry))
        {
            await AnswerAsync(http, 503, backend.Service is null ? "The backend is no Service." : $"There is no Service {backend.Service}.").ConfigureAwait(false);
            return;
        }

        if (PortOf(entry.Service, backend) is not { } port)
        {
            await AnswerAsync(http, 503, $"The Service {key} has no TCP port {backend.Port}.").ConfigureAwait(false);
            return;
        }

        await ForwardAsync(http, key, entry.Backends[port.Name], port.Application is "kubernetes.io/h2c" or "grpc" ? Http2 : Plain).ConfigureAwait(false);
    }

    /// <summary>Finds the port that a backend means; Services that are names alone have none.</summary>
    public static ServicePort? PortOf(ServiceView service, IngressBackend backend) => service.ExternalName is not null
        ? null
        : service.Ports.FirstOrDefault(p => p.Protocol == "TCP" && (backend.PortName is { } name ? p.Name == name : p.Number == backend.PortNumber));

    public void Dispose() => _client.Dispose();

    private async Task ForwardAsync(HttpContext http, ObjectKey service, ServiceBackend backend, ForwarderRequestConfig config)
    {
        var tried = new List<ServiceEndpoint>();
        while (backend.Take(http.Connection.RemoteIpAddress, tried) is { } endpoint)
        {
            var refused = false;
            try
            {
                var error = await forwarder.SendAsync(http, $"http://{endpoint.Address}", _client, config, _headers, http.RequestAborted).ConfigureAwait(false);
                if (error == ForwarderError.None)
                {
                    backend.Accepted(endpoint);
                    return;
                }

                refused = IsUnconnected(http);
                if (http.Response.HasStarted || http.RequestAborted.IsCancellationRequested || !(refused || MayRepeat(http, error)))
                {
                    await FailAsync(http, service).ConfigureAwait(false);
                    return;
                }
            }
            finally
            {
                backend.Release(endpoint, refused);
            }

            tried.Add(endpoint);
            http.Response.Clear();
            http.Features.Set<IForwarderErrorFeature>(null);
        }

        await AnswerAsync(
            http, 503, tried.Count == 0 ? $"The Service {service} has no endpoint that is ready." : $"No endpoint of the Service {service} takes connections.").ConfigureAwait(false);
    }

    private static bool IsUnconnected(HttpContext http) =>
        http.GetForwarderErrorFeature()?.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };

    private static bool MayRepeat(HttpContext http, ForwarderError error) =>
        error == ForwarderError.Request && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || HttpMethods.IsOptions(http.Request.Method))
        && http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };

    private static async Task FailAsync(HttpContext http, ObjectKey service)
    {
        if (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested && http.Response.StatusCode >= 500)
        {
            await AnswerAsync(http, http.Response.StatusCode, $"The Service {service} did not answer as it should.").ConfigureAwait(false);
        }
    }

    private static Task AnswerAsync(HttpContext http, int code, string text)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.WriteAsync(text + "\n", http.RequestAborted);
    }
}
