using System.Net;
using System.Net.Http.Headers;
using Ahoi.Client.Connections;
using Ahoi.Client.Discovery;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Requests;

/// <summary>
/// Speaks with one API server: objects of any kind by their resource and key, as bytes with metadata. Safe to use from many
/// threads. Requests and watches have separate connections, so that a burst of one does not delay the other. What the server
/// refuses is an <see cref="Api.Errors.ApiException"/>; what does not reach it, or does not come back, a
/// <see cref="TransportException"/>.
/// </summary>
public sealed partial class ApiClient : IDisposable
{
    private readonly ApiConnection _connection;
    private readonly ApiClientOptions _options;
    private readonly HttpMessageInvoker _requests;
    private readonly HttpMessageInvoker _watches;
    private readonly string _prefix;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <param name="connection">Where the server is.</param>
    /// <param name="options">How the client behaves, or <see langword="null"/> for the defaults.</param>
    /// <exception cref="NotSupportedException">The connection impersonates several groups, which cannot be sent.</exception>
    public ApiClient(ApiConnection connection, ApiClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        RefuseWhatCannotBeSent(connection);
        _connection = connection;
        _options = options ?? new();
        _prefix = connection.Server.GetLeftPart(UriPartial.Path).TrimEnd('/');
        var settings = new TransportSettings(_options.Time) { Compression = _options.Compression };
        _requests = CreateLane(settings);
        _watches = CreateLane(settings with { Compression = false, ConnectionLifetime = Timeout.InfiniteTimeSpan });
        Discovery = new(this, _options.Time);
    }

    /// <summary>Gets the connection.</summary>
    public ApiConnection Connection => _connection;

    /// <summary>Gets the options.</summary>
    public ApiClientOptions Options => _options;

    /// <summary>Gets what the server serves.</summary>
    public DiscoveryCache Discovery { get; }

    /// <summary>Puts this client's connections, TLS and credentials under another HTTP client, one of a foreign library for
    /// example. Limits and retries are then that client's business.</summary>
    /// <returns>A handler; it works as long as this client is not disposed of.</returns>
    public HttpMessageHandler CreateHandler() => new ApiClientHandler(_requests, _watches);

    /// <inheritdoc/>
    public void Dispose()
    {
        _requests.Dispose();
        _watches.Dispose();
        Discovery.Dispose();
    }

    internal async Task<ApiResponse> SendAsync(RequestDraft draft, CancellationToken cancellationToken)
    {
        var deadline = new RequestDeadline(
            _options.Time, draft.IsEndless ? Timeout.InfiniteTimeSpan : _options.TotalTimeout, cancellationToken);
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var response = await SendOnceAsync(draft, deadline).ConfigureAwait(false);
                ReportWarnings(response.Message, draft);
                if (response.Message.IsSuccessStatusCode)
                {
                    return response;
                }

                if (attempt < _options.MaxRetries && RetryDelay(response.Message, draft, attempt) is { } delay)
                {
                    response.Message.Dispose();
                    deadline.Arm(TransportFault.TooSlow, Timeout.InfiniteTimeSpan);
                    await Task.Delay(delay, _options.Time, deadline.Token).ConfigureAwait(false);
                    continue;
                }

                throw await ErrorResponse.ReadAsync(response).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException exception)
        {
            var explained = deadline.Explain(exception, draft.ToString());
            deadline.Dispose();
            throw explained;
        }
        catch
        {
            deadline.Dispose();
            throw;
        }
    }

    private async Task<ApiResponse> SendOnceAsync(RequestDraft draft, RequestDeadline deadline)
    {
        var request = CreateMessage(draft);
        deadline.Arm(TransportFault.NoAnswer, _options.HeaderTimeout);
        try
        {
            var lane = draft.IsEndless ? _watches : _requests;
            var message = await lane.SendAsync(request, deadline.Token).ConfigureAwait(false);
            return new(message, deadline, draft.ToString(), draft.IdleLimit ?? _options.IdleReadTimeout);
        }
        catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException or IOException)
        {
            throw deadline.Explain(exception, draft.ToString());
        }
        finally
        {
            deadline.Disarm();
        }
    }

    private HttpRequestMessage CreateMessage(RequestDraft draft)
    {
        var request = new HttpRequestMessage(draft.Method, _prefix + draft.Path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.TryAddWithoutValidation("Accept", draft.Accept);
        request.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        if (draft.Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body.Utf8);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", draft.ContentType);
        }

        return request;
    }

    /// <summary>
    /// How long to wait before the same request again; nothing where it must not be repeated. A 429 was not carried out, so
    /// that anything may follow it; a 503 may have been.
    /// </summary>
    private TimeSpan? RetryDelay(HttpResponseMessage message, RequestDraft draft, int attempt)
    {
        var putOff = message.StatusCode == HttpStatusCode.TooManyRequests
            || (message.StatusCode == HttpStatusCode.ServiceUnavailable && draft.IsRead);
        if (!putOff || message.Headers.RetryAfter is not { } after)
        {
            return null;
        }

        var asked = after.Delta ?? after.Date - _options.Time.GetUtcNow() ?? TimeSpan.Zero;
        var delay = asked > TimeSpan.Zero ? asked : TimeSpan.FromMilliseconds(100 << attempt);
        return delay <= _options.MaxRetryDelay ? delay : null;
    }

    private void ReportWarnings(HttpResponseMessage message, RequestDraft draft)
    {
        if (_options.OnWarning is not { } report || !message.Headers.TryGetValues("Warning", out var values))
        {
            return;
        }

        foreach (var value in values)
        {
            report(new(WarningText(value), draft.Method.Method, draft.Path));
        }
    }

    private static string WarningText(string header)
    {
        if (!WarningHeaderValue.TryParse(header, out var parsed))
        {
            return header;
        }

        var text = parsed.Text;
        return text.Length >= 2 && text[0] == '"' && text[^1] == '"'
            ? text[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal)
            : text;
    }

    /// <summary>
    /// The runtime writes several values of one header in one line, which the API server takes for one value: it would act
    /// as a group that nobody named.
    /// </summary>
    private static void RefuseWhatCannotBeSent(ApiConnection connection)
    {
        if (connection is { Handler: null, Impersonation: { } other }
            && (other.Groups.Count > 1 || other.Extra.Values.Any(v => v.Count > 1)))
        {
            throw new NotSupportedException("Acting as several groups, or with several values of one extra, is not possible over HTTP from .NET.");
        }
    }

    private HttpMessageInvoker CreateLane(TransportSettings settings)
    {
        HttpMessageHandler handler = new CredentialHandler(
            _connection, new MeasuringHandler(new Uri(_prefix).AbsolutePath.TrimEnd('/'), _options.Time, _connection.Handler ?? new SocketTransport(_connection, settings)));
        for (var i = _options.Middleware.Count - 1; i >= 0; i--)
        {
            var outer = _options.Middleware[i]();
            outer.InnerHandler = handler;
            handler = outer;
        }

        return new(handler, disposeHandler: _connection.Handler is null);
    }
}
