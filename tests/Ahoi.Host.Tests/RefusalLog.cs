using System.Collections.Concurrent;
using System.Net;

namespace Ahoi.Host.Tests;

/// <summary>Notes what the API server forbids.</summary>
internal sealed class RefusalLog(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public ConcurrentQueue<string> Refused { get; } = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)
        {
            Refused.Enqueue($"{request.Method} {request.RequestUri!.AbsolutePath}");
        }

        return response;
    }
}
