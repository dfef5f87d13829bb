using System.Collections.Concurrent;

namespace Ahoi.Framework.Tests.Cluster;

/// <summary>Stands between an operator and the API server: notes what is written, and answers in its place on demand.</summary>
internal sealed class RequestLog(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>Gets every write, as method and path, events left out: those are best effort and come when they come.</summary>
    public ConcurrentQueue<string> Writes { get; } = new();

    /// <summary>Gets the paths of everything that was read.</summary>
    public ConcurrentQueue<string> Reads { get; } = new();

    public Func<HttpRequestMessage, HttpResponseMessage?>? Intercept { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath.TrimStart('/');
        if (request.Method != HttpMethod.Get && !path.Contains("/events", StringComparison.Ordinal))
        {
            Writes.Enqueue($"{request.Method} {path}");
        }

        if (request.Method == HttpMethod.Get)
        {
            Reads.Enqueue(path);
        }

        return Intercept?.Invoke(request) ?? await base.SendAsync(request, cancellationToken);
    }
}
