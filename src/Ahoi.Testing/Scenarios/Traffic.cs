namespace Ahoi.Testing.Scenarios;

/// <summary>Knows whether something happens between an operator and its cluster.</summary>
/// <param name="revision">Reads the revision of the cluster's newest write.</param>
internal sealed class Traffic(Func<long> revision)
{
    private long _asked;
    private int _underWay;

    /// <summary>Gets a number that changes whenever something happens, and is negative while a request is under way.</summary>
    public long Read() => Volatile.Read(ref _underWay) > 0 ? -1 : Volatile.Read(ref _asked) + revision();

    /// <summary>Counts a request until the result is disposed of.</summary>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref _asked);
        Interlocked.Increment(ref _underWay);
        return new Request(this);
    }

    private sealed class Request(Traffic traffic) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref traffic._underWay);
    }
}
