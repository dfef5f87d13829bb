using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ahoi.ControlPlane.ApiServer.Hosting;

/// <summary>
/// Calls the server's pipeline without a socket. The answer is handed over with its first flush, its body streams
/// through a pipe, and whoever disposes of it or cancels aborts the request.
/// </summary>
internal sealed class InProcessHandler(RequestDelegate pipeline) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var exchange = new InProcessExchange(request, pipeline);
        return await exchange.StartAsync(cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>One request in process: the features the pipeline sees, and the answer it makes.</summary>
#pragma warning disable CA1001 // The request's end disposes of its token source; the exchange has no other owner.
internal sealed class InProcessExchange : IHttpRequestFeature, IHttpResponseFeature, IHttpResponseBodyFeature,
    IHttpRequestLifetimeFeature, IHttpRequestBodyDetectionFeature
#pragma warning restore CA1001
{
    private readonly RequestDelegate _pipeline;
    private readonly HttpRequestMessage _message;
    private readonly Pipe _body = new(new PipeOptions(
        pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19, useSynchronizationContext: false));

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _aborted = new();
    private readonly HeaderDictionary _responseHeaders = [];
    private readonly List<(Func<object, Task> Callback, object State)> _completed = [];
    private PipeWriter? _writer;

    public InProcessExchange(HttpRequestMessage message, RequestDelegate pipeline)
    {
        _message = message;
        _pipeline = pipeline;
        var uri = message.RequestUri ?? throw new InvalidOperationException("The request has no URI.");
        Method = message.Method.Method;
        if (uri.IsAbsoluteUri)
        {
            Scheme = uri.Scheme;
            RawTarget = uri.PathAndQuery;
            Path = Uri.UnescapeDataString(uri.AbsolutePath);
            QueryString = uri.Query;
        }
        else
        {
            RawTarget = uri.OriginalString;
            var mark = RawTarget.IndexOf('?', StringComparison.Ordinal);
            Path = Uri.UnescapeDataString(mark < 0 ? RawTarget : RawTarget[..mark]);
            QueryString = mark < 0 ? "" : RawTarget[mark..];
        }

        Headers = new HeaderDictionary();
        foreach (var (name, values) in message.Headers.NonValidated)
        {
            Headers[name] = values.ToString();
        }

        if (message.Content is { } content)
        {
            foreach (var (name, values) in content.Headers.NonValidated)
            {
                Headers[name] = values.ToString();
            }
        }
    }

    public string Protocol { get; set; } = "HTTP/1.1";

    public string Scheme { get; set; } = "http";

    public string Method { get; set; }

    public string PathBase { get; set; } = "";

    public string Path { get; set; }

    public string QueryString { get; set; }

    public string RawTarget { get; set; }

    public IHeaderDictionary Headers { get; set; }

    public bool CanHaveBody => _message.Content is not null;

    public int StatusCode { get; set; } = 200;

    public string? ReasonPhrase { get; set; }

    public bool HasStarted { get; private set; }

    public CancellationToken RequestAborted { get; set; }

    public Stream Stream => field ??= Writer.AsStream(leaveOpen: true);

    public PipeWriter Writer => _writer ??= new StartingWriter(this, _body.Writer);

    Stream IHttpRequestFeature.Body { get; set; } = Stream.Null;

    IHeaderDictionary IHttpResponseFeature.Headers
    {
        get => _responseHeaders;
        set => throw new NotSupportedException("The headers are changed in place.");
    }

    [Obsolete("Superseded by IHttpResponseBodyFeature.")]
    Stream IHttpResponseFeature.Body
    {
        get => Stream;
        set => throw new NotSupportedException("The body cannot be replaced.");
    }

    public async Task<HttpResponseMessage> StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_message.Content is { } content)
        {
            ((IHttpRequestFeature)this).Body = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        }

        RequestAborted = _aborted.Token;
        var run = Task.Run(RunAsync, CancellationToken.None);
        var registration = cancellationToken.UnsafeRegister(static state => ((InProcessExchange)state!).Abort(), this);
        try
        {
            await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            Abort();
            throw;
        }

        // HttpClient's own token covers the headers (and with ResponseContentRead the body); the reader aborts the rest.
        await registration.DisposeAsync().ConfigureAwait(false);
        var response = new HttpResponseMessage((HttpStatusCode)StatusCode)
        {
            RequestMessage = _message,
            Content = new StreamContent(new InProcessBody(_body.Reader, this, run)),
        };
        foreach (var (name, values) in _responseHeaders)
        {
            if (!response.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values!))
            {
                response.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values!);
            }
        }

        return response;
    }

    public void Abort()
    {
        try
        {
            _aborted.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request is over already.
        }
    }

    public void OnStarting(Func<object, Task> callback, object state) =>
        throw new NotSupportedException("The pipeline sets its headers before it writes.");

    public void OnCompleted(Func<object, Task> callback, object state) => _completed.Add((callback, state));

    public void DisableBuffering()
    {
    }

    Task IHttpResponseBodyFeature.StartAsync(CancellationToken cancellationToken)
    {
        Start();
        return Task.CompletedTask;
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The API server sends no files.");

    public async Task CompleteAsync()
    {
        Start();
        await _body.Writer.CompleteAsync().ConfigureAwait(false);
    }

    internal void Start()
    {
        if (!HasStarted)
        {
            HasStarted = true;
            _started.TrySetResult();
        }
    }

    private async Task RunAsync()
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(this);
        features.Set<IHttpResponseFeature>(this);
        features.Set<IHttpResponseBodyFeature>(this);
        features.Set<IHttpRequestLifetimeFeature>(this);
        features.Set<IHttpRequestBodyDetectionFeature>(this);
        try
        {
            await _pipeline(new DefaultHttpContext(features)).ConfigureAwait(false);
            Start();
            await _body.Writer.CompleteAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Boundary to the caller: it gets the failure, as it would see a broken connection.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var failure = new IOException("The server broke off the answer.", exception);
            if (!_started.TrySetException(new HttpRequestException("The server broke off the request.", exception)))
            {
                await _body.Writer.CompleteAsync(failure).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var (callback, state) in _completed)
            {
                await callback(state).ConfigureAwait(false);
            }

            _aborted.Dispose();
        }
    }

    // Starts the answer with the first flush, so that status and headers can be set until then.
    private sealed class StartingWriter(InProcessExchange exchange, PipeWriter inner) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            exchange.Start();
            return inner.FlushAsync(cancellationToken);
        }
    }
}
