using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Threading.Channels;

namespace Ahoi.Dashboard.Tests;

/// <summary>The way to an API server: it can be cut, and pods write what a test says.</summary>
internal sealed class BrokenLink(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentDictionary<string, Channel<string>> _logs = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was asked for, with method.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>What a container writes, in every pod.</summary>
    public Channel<string> LogOf(string container) => _logs.GetOrAdd(container, _ => Channel.CreateUnbounded<string>());

    /// <summary>Whether watches are told that what they missed is forgotten.</summary>
    public bool Forgets { get; set; }

    /// <summary>What nobody may list, as a part of its path; nothing where null.</summary>
    public string? Forbidden { get; set; }

    private Task Broken
    {
        get
        {
            lock (_gate)
            {
                return _broken.Task;
            }
        }
    }

    public void Cut()
    {
        lock (_gate)
        {
            _broken.TrySetResult();
        }
    }

    public void Mend()
    {
        lock (_gate)
        {
            _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        Requests.Enqueue($"{request.Method} {path}");
        var broken = Broken;
        if (broken.IsCompleted)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused");
        }

        if (path.Contains("/log?", StringComparison.Ordinal))
        {
            return new(HttpStatusCode.OK) { Content = new StreamContent(new LineStream(LogOf(path.Split("container=")[1].Split('&')[0]).Reader)) { Headers = { { "Content-Type", "text/plain" } } } };
        }

        var isWatch = path.Contains("watch=true", StringComparison.Ordinal);
        if (Forbidden is { } part && path.Contains(part, StringComparison.Ordinal))
        {
            return Status(HttpStatusCode.Forbidden, "Forbidden");
        }

        if (Forgets && isWatch)
        {
            return Status(HttpStatusCode.Gone, "Expired");
        }

        var response = await base.SendAsync(request, cancellationToken);
        if (isWatch)
        {
            var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            response.Content = new StreamContent(new CuttableStream(body, broken));
        }

        return response;
    }

    private static HttpResponseMessage Status(HttpStatusCode code, string reason) => new(code)
    {
        Content = new StringContent($$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{reason}} by the test","reason":"{{reason}}","code":{{(int)code}}}""", Encoding.UTF8, "application/json"),
    };
}
