using System.Globalization;
using Ahoi.ControlPlane.Node.Processes;

namespace Ahoi.ControlPlane.Node.Metrics;

/// <summary>Adds up what a process and all that descend from it use, where no control group counts (proc_pid_stat(5)).</summary>
internal static class ProcessTree
{
    private const long NanosecondsPerTick = 10_000_000; // USER_HZ is 100 wherever .NET runs.

    /// <summary>Measures a process and its descendants; what has ended counts as long as its parent runs.</summary>
    public static Consumption Measure(int pid)
    {
        var (processor, memory) = (0L, 0L);
        var waiting = new Stack<int>([pid]);
        while (waiting.TryPop(out var next))
        {
            var own = Own(next);
            processor += own.Processor;
            memory += own.Memory;
            foreach (var child in ProcessChildren.Of(next))
            {
                waiting.Push(child);
            }
        }

        return new(processor, memory);
    }

    private static Consumption Own(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));

            // The program's name comes in parentheses, and may have any in it. User and system time follow, its own and those of
            // children it has waited for.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = fields.AsSpan(11, 4).ToArray().Sum(f => long.Parse(f, CultureInfo.InvariantCulture));
            var pages = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/statm")).Split(' ')[1];
            return new(ticks * NanosecondsPerTick, long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize);
        }
        catch (IOException)
        {
            return default; // It has ended.
        }
    }
}
