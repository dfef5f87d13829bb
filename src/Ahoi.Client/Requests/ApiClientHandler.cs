using Ahoi.Client.Transport;

namespace Ahoi.Client.Requests;

/// <summary>A client's connections and credentials, for another HTTP client's requests.</summary>
internal sealed class ApiClientHandler(HttpMessageInvoker requests, HttpMessageInvoker watches) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var isEndless = request.RequestUri?.Query is { } query
            && (query.Contains("watch=true", StringComparison.OrdinalIgnoreCase) || query.Contains("follow=true", StringComparison.OrdinalIgnoreCase));
        try
        {
            return await (isEndless ? watches : requests).SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception)
        {
            // Other clients know this one.
            throw new HttpRequestException(exception.Message, exception);
        }
    }
}
