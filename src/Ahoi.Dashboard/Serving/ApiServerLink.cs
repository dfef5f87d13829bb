using System.Net;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Client.Transport;

namespace Ahoi.Dashboard.Serving;

/// <summary>The API server, with the user's own credentials.</summary>
internal sealed class ApiServerLink : IDisposable
{
    private readonly ApiClient _client;
    private readonly HttpMessageInvoker _invoker;
    private readonly DashboardOptions _options;
    private readonly string _prefix;

    public ApiServerLink(ApiConnection connection, DashboardOptions options)
    {
        _options = options;
        _client = new(connection, new() { Time = options.Time, UserAgent = "ahoi-dashboard" });
        _invoker = new(_client.CreateHandler(), disposeHandler: false);
        _prefix = connection.Server.GetLeftPart(UriPartial.Path).TrimEnd('/');
    }

    public ApiConnection Connection => _client.Connection;

    /// <summary>Asks for a path with its query.</summary>
    /// <exception cref="HttpRequestException">Nothing answered; the message says why.</exception>
    public async Task<HttpResponseMessage> GetAsync(string pathAndQuery, string accept, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, _prefix + pathAndQuery) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.TryAddWithoutValidation("User-Agent", _client.Options.UserAgent);

        // The deadline is for the headers alone: bodies of watches and logs go on.
        using var deadline = new CancellationTokenSource(_options.HeaderTimeout, _options.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await _invoker.SendAsync(request, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"{Connection.Server} did not answer within {_options.HeaderTimeout.TotalSeconds:0} s.", exception);
        }
        catch (Exception exception) when (exception is TransportException or IOException)
        {
            throw new HttpRequestException(exception.Message, exception);
        }
    }

    public void Dispose()
    {
        _invoker.Dispose();
        _client.Dispose();
    }
}
