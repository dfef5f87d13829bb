using System.Globalization;
using Ahoi.Api.Quantities;
using Ahoi.Api.Usage;

namespace Ahoi.ControlPlane.Node.Cgroups;

/// <summary>The control group of one container, or its groups, one for each controller.</summary>
internal sealed class Cgroup
{
    private const long Period = 100_000; // Microseconds, as the kubelet has it.
    private readonly IReadOnlyList<string> _folders;
    private readonly bool _unified;

    internal Cgroup(IReadOnlyList<string> folders, bool unified)
    {
        _folders = folders;
        _unified = unified;
        foreach (var folder in folders)
        {
            Directory.CreateDirectory(folder);
        }
    }

    /// <summary>Gets whether the kernel ended a process in it because memory ran out.</summary>
    public bool RanOutOfMemory => Read(_unified ? "memory.events" : "memory.oom_control")
        .Any(l => l.StartsWith("oom_kill ", StringComparison.Ordinal) && l != "oom_kill 0");

    /// <summary>Gets the processor time that its processes have used, in nanoseconds; <see langword="null"/> where it is not counted.</summary>
    public long? Processor => _unified
        ? Figure("cpu.stat", "usage_usec ") * 1000
        : long.TryParse(Read("cpuacct.usage").FirstOrDefault(), CultureInfo.InvariantCulture, out var used) ? used : null;

    /// <summary>Gets the memory that its processes have, in bytes, without file pages that the kernel could take back at
    /// once, as the kubelet counts; <see langword="null"/> where it is not counted.</summary>
    public long? Memory => long.TryParse(Read(_unified ? "memory.current" : "memory.usage_in_bytes").FirstOrDefault(), CultureInfo.InvariantCulture, out var used)
        ? Math.Max(0, used - (Figure("memory.stat", _unified ? "inactive_file " : "total_inactive_file ") ?? 0))
        : null;

    /// <summary>Puts a process into it; what it starts stays in it.</summary>
    public void Add(int pid)
    {
        foreach (var folder in _folders)
        {
            try
            {
                File.WriteAllText(folder + "/cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It has ended, or may not be moved; it runs without limits.
            }
        }
    }

    /// <summary>Takes it away, once no process is in it.</summary>
    public void Remove()
    {
        foreach (var folder in _folders)
        {
            TryRemove(folder);
        }
    }

    internal static void TryRemove(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A process is still ending in it. It is removed when the node starts next.
        }
    }

    internal void Limit(Amounts limits, Amounts requests)
    {
        if (limits.TryGetValue("memory", out var memory) && memory.Sign > 0)
        {
            Write(_unified ? "memory.max" : "memory.limit_in_bytes", memory.Value);
        }

        if (limits.TryGetValue("cpu", out var cpu) && cpu.Sign > 0)
        {
            var quota = Math.Max(1000, cpu.MilliValue * Period / 1000);
            if (_unified)
            {
                Write("cpu.max", string.Create(CultureInfo.InvariantCulture, $"{quota} {Period}"));
            }
            else
            {
                Write("cpu.cfs_period_us", Period);
                Write("cpu.cfs_quota_us", quota);
            }
        }

        var shares = Math.Clamp((requests.TryGetValue("cpu", out var asked) ? asked : new Quantity(0)).MilliValue * 1024 / 1000, 2, 262144);
        if (_unified)
        {
            Write("cpu.weight", 1 + ((shares - 2) * 9999 / 262142));
        }
        else
        {
            Write("cpu.shares", shares);
        }
    }

    private void Write(string file, long value) => Write(file, value.ToString(CultureInfo.InvariantCulture));

    private void Write(string file, string value)
    {
        foreach (var path in _folders.Select(f => f + "/" + file).Where(File.Exists))
        {
            File.WriteAllText(path, value);
        }
    }

    private long? Figure(string file, string name) =>
        Read(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line
        && long.TryParse(line.AsSpan(name.Length), CultureInfo.InvariantCulture, out var value) ? value : null;

    private string[] Read(string file)
    {
        try
        {
            return _folders.Select(f => f + "/" + file).FirstOrDefault(File.Exists) is { } path ? File.ReadAllLines(path) : [];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
