using System.Collections.Concurrent;

namespace Ahoi.Tenancy.Tests.Played;

/// <summary>Stands between an operator and the API server, and notes what is written.</summary>
internal sealed class WriteLog(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>Gets every write, as method and path, events left out: those are best effort and come when they come.</summary>
    public ConcurrentQueue<string> Writes { get; } = new();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath.TrimStart('/');
        if (request.Method != HttpMethod.Get && !path.Contains("/events", StringComparison.Ordinal))
        {
            Writes.Enqueue($"{request.Method} {path}");
        }

        return base.SendAsync(request, cancellationToken);
    }
}
