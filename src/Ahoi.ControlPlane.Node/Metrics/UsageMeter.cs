using Ahoi.Api.Usage;

namespace Ahoi.ControlPlane.Node.Metrics;

/// <summary>Makes figures of what something uses out of what it has used at two times.</summary>
internal sealed class UsageMeter(string name, DateTimeOffset since, long processor = 0)
{
    // Shorter windows say more of the clock than of the program.
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromSeconds(1);
    private DateTimeOffset _since = since;
    private long _processor = processor;

    /// <summary>Gets the last figures, or <see langword="null"/>.</summary>
    public UsageSample? Last { get; private set; }

    /// <summary>Takes a measurement.</summary>
    public void Note(DateTimeOffset now, Consumption measured)
    {
        var window = now - _since;
        if (window < ShortestWindow)
        {
            return;
        }

        // What a process had used is lost where its parent did not wait for it, but never more than that.
        var used = Math.Max(0, measured.Processor - _processor);
        Last = new(name, now, window, (long)(used / window.TotalSeconds), measured.Memory);
        (_since, _processor) = (now, measured.Processor);
    }
}
