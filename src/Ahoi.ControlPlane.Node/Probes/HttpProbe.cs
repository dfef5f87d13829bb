using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Node.Probes;

/// <summary>Asks a container over HTTP, TCP or gRPC how it is.</summary>
internal static class HttpProbe
{
    // Redirects are not followed to others.
#pragma warning disable CA5359 // Certificates are not checked: the probe's documentation says so, and nothing secret is sent.
    private static readonly HttpClient Client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
#pragma warning restore CA5359

    /// <summary>Gets a page: 200 to 399 is well.</summary>
    public static async Task<ProbeOutcome> GetAsync(JsonMap action, string address, int port, CancellationToken cancellationToken)
    {
        var scheme = (action.Text("scheme") ?? "HTTP").ToLowerInvariant();
        var host = action.Text("host") is { Length: > 0 } given ? given : address;
        var path = action.Text("path") is { Length: > 0 } set ? set : "/";
        var url = string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}:{port}{(path.StartsWith('/') ? "" : "/")}{path}");
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-probe/1.36");
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        foreach (var header in action.List("httpHeaders")?.Maps ?? [])
        {
            var name = header.Text("name") ?? "";
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, header.Text("value"));
        }

        try
        {
            using var answer = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return (int)answer.StatusCode is >= 200 and < 400
                ? new(true)
                : new(false, string.Create(CultureInfo.InvariantCulture, $"HTTP probe failed with statuscode: {(int)answer.StatusCode}"));
        }
        catch (HttpRequestException exception)
        {
            return new(false, $"Get \"{url}\": {Reason(exception)}");
        }
    }

    /// <summary>Opens a connection: that it opens is well.</summary>
    public static async Task<ProbeOutcome> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
            return new(true);
        }
        catch (SocketException exception)
        {
            return new(false, string.Create(CultureInfo.InvariantCulture, $"dial tcp {host}:{port}: connect: {exception.Message.ToLowerInvariant()}"));
        }
    }

    /// <summary>Asks the gRPC health service (grpc.health.v1): <c>SERVING</c> is well.</summary>
    public static async Task<ProbeOutcome> CheckAsync(string service, string address, int port, CancellationToken cancellationToken)
    {
        var name = System.Text.Encoding.UTF8.GetBytes(service);
        byte[] message = name.Length == 0 ? [] : [0x0a, (byte)name.Length, .. name]; // Field 1, a string.
        byte[] frame = [0, 0, 0, 0, (byte)message.Length, .. message];
        using var request = new HttpRequestMessage(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"http://{address}:{port}/grpc.health.v1.Health/Check"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame) { Headers = { ContentType = new("application/grpc") } },
        };
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        try
        {
            using var answer = await Client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            var status = (answer.TrailingHeaders.TryGetValues("grpc-status", out var trailing) || answer.Headers.TryGetValues("grpc-status", out trailing) ? trailing.First() : "");
            return status == "0" && body is [0, _, _, _, _, 0x08, 1, ..] // Field 1, a number: SERVING.
                ? new(true)
                : new(false, status == "0" ? "service unhealthy (responded with another status than SERVING)" : $"error: health rpc failed with status {status}");
        }
        catch (HttpRequestException exception)
        {
            return new(false, $"timeout or error: failed to connect service \"{address}:{port.ToString(CultureInfo.InvariantCulture)}\": {Reason(exception)}");
        }
    }

    private static string Reason(Exception exception) => exception.InnerException is SocketException inner ? "dial tcp: connect: " + inner.Message.ToLowerInvariant() : exception.Message;
}
