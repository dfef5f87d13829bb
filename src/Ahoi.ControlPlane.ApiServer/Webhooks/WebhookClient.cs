using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Webhooks;

/// <summary>Speaks with one webhook, as a <c>clientConfig</c> describes it: a URL or a Service, and who vouches for it.</summary>
internal sealed class WebhookClient : IDisposable
{
    // An answer is a small document; what is larger is no answer.
    private const int LongestAnswer = 3 * 1024 * 1024;

    private readonly HttpClient _http;

    /// <summary>Makes a client.</summary>
    /// <param name="config">The clientConfig.</param>
    /// <param name="services">Finds services.</param>
    public WebhookClient(JsonMap config, ServiceAddress services)
    {
        // The handler is the client's, which disposes of it.
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        if (config.Map("service") is { } service)
        {
            var (name, @namespace) = (service.Text("name") ?? "", service.Text("namespace") ?? "");
            var port = (int)(service.Integer("port") ?? 443);
            Url = new($"https://{name}.{@namespace}.svc:{port}{service.Text("path") ?? "/"}");
            handler.ConnectCallback = async (_, cancellationToken) =>
                await ConnectAsync(await services.FindAsync(@namespace, name, port, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            Url = Uri.TryCreate(config.Text("url"), UriKind.Absolute, out var url) ? url : new("https://invalid.invalid/");
        }

        if (Roots(config.Text("caBundle")) is { Count: > 0 } roots)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        _http = new(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LongestAnswer };
    }

    /// <summary>Gets where it is.</summary>
    public Uri Url { get; }

    /// <summary>Posts a review and reads the answer.</summary>
    /// <exception cref="WebhookException">There is no answer, or none that can be read.</exception>
    public async ValueTask<JsonMap> AskAsync(JsonMap review, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(JsonTree.ToUtf8(review));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var asked = new UriBuilder(Url) { Query = $"timeout={limit.TotalSeconds:0}s" }.Uri;
        try
        {
            using var response = await _http.PostAsync(asked, content, either.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? JsonTree.ParseMap(body)
                : throw new WebhookException($"Post \"{asked}\": it answered {(int)response.StatusCode}");
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WebhookException($"Post \"{asked}\": context deadline exceeded", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or System.Text.Json.JsonException or IOException)
        {
            throw new WebhookException($"Post \"{asked}\": {exception.InnerException?.Message ?? exception.Message}", exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(EndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static X509Certificate2Collection Roots(string? bundle)
    {
        var roots = new X509Certificate2Collection();
        if (!string.IsNullOrEmpty(bundle))
        {
            try
            {
                roots.ImportFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(bundle)));
            }
            catch (Exception exception) when (exception is FormatException or CryptographicException)
            {
                // A bundle without certificates trusts nothing but what the machine trusts.
            }
        }

        return roots;
    }
}
