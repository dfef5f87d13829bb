namespace Ahoi.Framework.Informers;

/// <summary>Delays that double up to a limit, each shortened by up to a half at random so that many do not come together.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan limit, Random random)
{
    private int _failures;

    public void Reset() => _failures = 0;

    public TimeSpan Next() => Delay(_failures++, first, limit, random);

    /// <summary>The delay after a number of failures before this one.</summary>
    public static TimeSpan Delay(int failures, TimeSpan first, TimeSpan limit, Random random)
    {
        var doubled = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 40)), limit.TotalMilliseconds);
        lock (random)
        {
            return TimeSpan.FromMilliseconds(doubled * (1 - (random.NextDouble() / 2)));
        }
    }
}
