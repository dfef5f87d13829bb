using System.Collections.Concurrent;
using System.Net;

namespace Ahoi.Tenancy.Tests.Played;

/// <summary>Stands between an operator and the API server, notes what is written, and ends the connection for good at a
/// chosen write, as the death of the operator's process would.</summary>
internal sealed class WriteLog(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly TaskCompletionSource _crashed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    /// <summary>Gets at which write the process dies, before it is sent, counted from 1; 0 for never.</summary>
    public int CrashAt { get; init; }

    /// <summary>Gets every write, as method and path, events left out: those are best effort and come when they come.</summary>
    public ConcurrentQueue<string> Writes { get; } = new();

    /// <summary>Gets what is done when the process dies.</summary>
    public Task Crashed => _crashed.Task;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath.TrimStart('/');
        var counts = request.Method != HttpMethod.Get && !path.Contains("/events", StringComparison.Ordinal);
        if (!counts || _crashed.Task.IsCompleted)
        {
            return _crashed.Task.IsCompleted ? Refusal(request) : await base.SendAsync(request, cancellationToken);
        }

        Writes.Enqueue($"{request.Method} {path}");
        var number = Interlocked.Increment(ref _count);
        if (CrashAt == 0 || number < CrashAt)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        if (number == CrashAt)
        {
            _crashed.TrySetResult();
        }

        return Refusal(request);
    }

    /// <summary>The dead send nothing. Nobody looks at what becomes of them; an answer that is not tried again ends them soon.</summary>
    private static HttpResponseMessage Refusal(HttpRequestMessage request) => new(HttpStatusCode.Forbidden) { RequestMessage = request, Content = new StringContent("") };
}
