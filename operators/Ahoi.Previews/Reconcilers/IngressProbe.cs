using Ahoi.Api.Json;
using Microsoft.Extensions.Options;

namespace Ahoi.Previews.Reconcilers;

/// <summary>Asks a preview for a page as a browser would: through the ingress, by its host.</summary>
internal sealed class IngressProbe(IOptions<PreviewsOptions> options) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false })
    {
        Timeout = options.Value.ProbeTimeout,
    };

    /// <summary>Where a host's Ingress is served, as its status says; <see langword="null"/> where it does not yet.</summary>
    public static Uri? AddressOf(JsonMap ingress, string path)
    {
        var entry = (ingress.At("status", "loadBalancer", "ingress") as JsonList)?.Maps.FirstOrDefault();
        var host = entry?.Text("ip") ?? entry?.Text("hostname");
        return host is null ? null : new UriBuilder("http", host, PortOf(ingress) ?? 80) { Path = path }.Uri;
    }

    /// <summary>Where people find a host.</summary>
    public static string UrlOf(JsonMap ingress, string host, bool secure)
    {
        var port = PortOf(ingress);
        return secure ? $"https://{host}" : port is null or 80 ? $"http://{host}" : $"http://{host}:{port}";
    }

    /// <summary>Whether somebody answers who is not the ingress itself saying that nobody does.</summary>
    public async Task<bool> AnswersAsync(Uri address, string host, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Host = host;
        try
        {
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return (int)answer.StatusCode < 500 && answer.StatusCode != System.Net.HttpStatusCode.NotFound;
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    public void Dispose() => _client.Dispose();

    private static int? PortOf(JsonMap ingress) =>
        (int?)((((ingress.At("status", "loadBalancer", "ingress") as JsonList)?.Maps.FirstOrDefault())?.List("ports"))?.Maps.FirstOrDefault()?.Integer("port"));
}
