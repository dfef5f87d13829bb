namespace Ahoi.Client.Transport;

/// <summary>
/// The limits of one request: one timer that is set anew for each phase (headers, each read), never beyond the end of the
/// whole. What it cancels also ends a read that hangs.
/// </summary>
internal sealed class RequestDeadline : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _caller;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly long _started;
    private readonly TimeSpan _total;
    private TransportFault _waitingFor;
    private long _armedAt;
    private TimeSpan _limit;
    private bool _armed;
    private bool _fired;

    public RequestDeadline(TimeProvider time, TimeSpan total, CancellationToken caller)
    {
        _time = time;
        _total = total;
        _caller = caller;
        _started = time.GetTimestamp();
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        _timer = time.CreateTimer(static state => ((RequestDeadline)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Begins a phase.</summary>
    public void Arm(TransportFault fault, TimeSpan limit)
    {
        var now = _time.GetTimestamp();
        if (_total != Timeout.InfiniteTimeSpan && _total - _time.GetElapsedTime(_started, now) is var left && (limit == Timeout.InfiniteTimeSpan || left < limit))
        {
            (fault, limit) = (TransportFault.TooSlow, left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }

        lock (_gate)
        {
            (_waitingFor, _limit, _armedAt, _armed) = (fault, limit, now, limit != Timeout.InfiniteTimeSpan);
        }

        _timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends a phase; until the next, nothing is waited for.</summary>
    public void Disarm()
    {
        lock (_gate)
        {
            _armed = false;
        }
    }

    /// <summary>What to throw for a failure of the request or a read.</summary>
    public Exception Explain(Exception failure, string request)
    {
        if (_caller.IsCancellationRequested)
        {
            return failure is OperationCanceledException
                ? failure
                : new OperationCanceledException($"{request} was cancelled.", failure, _caller);
        }

        lock (_gate)
        {
            if (_fired)
            {
                return new TransportException(_waitingFor, Message(request), failure);
            }
        }

        return TransportFailure.Of(failure, request);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    private string Message(string request) => _waitingFor switch
    {
        TransportFault.NoAnswer => $"{request}: no answer within {_limit.TotalSeconds:0.###} s.",
        TransportFault.Silent => $"{request}: the answer stopped coming for {_limit.TotalSeconds:0.###} s.",
        _ => $"{request}: not finished within {_total.TotalSeconds:0.###} s.",
    };

    private void Fire()
    {
        lock (_gate)
        {
            // The timer of a phase that just ended may still be on its way.
            if (!_armed || _time.GetElapsedTime(_armedAt) < _limit - TimeSpan.FromMilliseconds(20))
            {
                return;
            }

            _fired = true;
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request ended while its last timer ran.
        }
    }
}
