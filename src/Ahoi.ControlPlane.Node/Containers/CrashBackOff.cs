namespace Ahoi.ControlPlane.Node.Containers;

/// <summary>
/// How long a container that ended waits before it is started again, as the kubelet has it: not at all the first time, then
/// 10 seconds, doubled with each end up to 5 minutes; forgotten once it has run for 10 minutes.
/// </summary>
internal sealed class CrashBackOff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

    private TimeSpan _next = TimeSpan.Zero;

    /// <summary>Gets how long to wait now.</summary>
    /// <param name="ran">How long the container ran before it ended.</param>
    public TimeSpan Next(TimeSpan ran)
    {
        if (ran >= Forgotten)
        {
            _next = TimeSpan.Zero;
        }

        var delay = _next;
        _next = delay == TimeSpan.Zero ? First : delay * 2 < Longest ? delay * 2 : Longest;
        return delay;
    }

    /// <summary>Starts from a count of former restarts, so that a restart of the node is no way around the wait.</summary>
    public void Resume(int restarts)
    {
        for (var i = 0; i < Math.Min(restarts, 8); i++)
        {
            Next(TimeSpan.Zero);
        }
    }
}
