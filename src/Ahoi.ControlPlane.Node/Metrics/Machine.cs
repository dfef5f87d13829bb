using System.Globalization;

namespace Ahoi.ControlPlane.Node.Metrics;

/// <summary>Measures the whole machine (proc_stat(5), proc_meminfo(5)).</summary>
internal static class Machine
{
    private const long NanosecondsPerTick = 10_000_000; // USER_HZ is 100 wherever .NET runs.

    /// <summary>Measures what has been used since the machine started.</summary>
    public static Consumption Measure()
    {
        // cpu user nice system idle iowait irq softirq steal ...
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(f => long.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        var busy = ticks[0] + ticks[1] + ticks[2] + ticks.Skip(5).Take(3).Sum();
        var (total, available) = (0L, 0L);
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            total = Read(line, "MemTotal:") ?? total;
            available = Read(line, "MemAvailable:") ?? available;
        }

        return new(busy * NanosecondsPerTick, total - available);
    }

    private static long? Read(string line, string name) => line.StartsWith(name, StringComparison.Ordinal)
        ? long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024
        : null;
}
