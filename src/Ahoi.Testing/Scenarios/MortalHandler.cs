using System.Net;

namespace Ahoi.Testing.Scenarios;

/// <summary>Stands between an operator and the API server, and ends the connection for good at a chosen write, as the death of
/// the operator's process would. Events do not count: they are best effort, and come when they come.</summary>
internal sealed class MortalHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly TaskCompletionSource<string> _death = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left;
    private CrashMoments _moment;

    /// <summary>Gets what the last write was, once the process has died.</summary>
    public Task<string> Death => _death.Task;

    /// <summary>Chooses the write to die at.</summary>
    /// <param name="diesAt">Which of the writes from now on; 0 lets it live.</param>
    /// <param name="moment">Whether that write is done still.</param>
    /// <returns>This handler.</returns>
    public MortalHandler DieAt(int diesAt, CrashMoments moment)
    {
        _moment = moment;
        Volatile.Write(ref _left, diesAt);
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_death.Task.IsCompleted)
        {
            return Silence(request);
        }

        var path = request.RequestUri!.AbsolutePath;
        var dies = request.Method != HttpMethod.Get && !path.Contains("/events", StringComparison.Ordinal) && Interlocked.Decrement(ref _left) == 0;
        if (dies && _moment == CrashMoments.Before)
        {
            return Die(request);
        }

        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!dies && !_death.Task.IsCompleted)
        {
            return response;
        }

        response.Dispose();
        return dies ? Die(request) : Silence(request);
    }

    private HttpResponseMessage Die(HttpRequestMessage request)
    {
        _death.TrySetResult($"{request.Method} {request.RequestUri!.AbsolutePath.TrimStart('/')}");
        return Silence(request);
    }

    /// <summary>The dead hear nothing. Nobody looks at what becomes of them; an answer that is not tried again ends them soon.</summary>
    private static HttpResponseMessage Silence(HttpRequestMessage request) => new(HttpStatusCode.Forbidden) { RequestMessage = request, Content = new StringContent("") };
}
