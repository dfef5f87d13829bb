using System.Diagnostics;

namespace Ahoi.Cli.Trees;

/// <summary>Remembers when each object was seen first, and when it was ready first.</summary>
internal sealed class ConvergenceTimes(long started)
{
    private readonly Dictionary<string, (TimeSpan Seen, TimeSpan? Ready)> _times = new(StringComparer.Ordinal);

    public (TimeSpan Seen, TimeSpan? Ready) Of(TreeNode node)
    {
        var now = Stopwatch.GetElapsedTime(started);
        var times = _times.GetValueOrDefault(node.Value.Uid, (Seen: now, Ready: null));
        if (node.Readiness.IsReady && times.Ready is null)
        {
            times.Ready = now;
        }

        return _times[node.Value.Uid] = times;
    }
}
