using System.Diagnostics;
using System.Net.Sockets;

namespace Ahoi.Benchmarks.Nodes;

/// <summary>The same programs, started under bubblewrap by hand: what a node cannot do without.</summary>
internal sealed class BareSandboxes : IDisposable
{
    private static readonly string[] Sandbox =
    [
        "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent",
    ];

    private readonly List<Process> _running = [];
    private int _address = 1;

    /// <summary>Starts a program that says a line.</summary>
    /// <returns>How many milliseconds it took until it did.</returns>
    public async Task<double> ProgramAsync(params string[] command)
    {
        var started = Stopwatch.GetTimestamp();
        var process = Start(null, command);
        await process.StandardOutput.ReadLineAsync();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <summary>Starts web servers all at once, in place of so many that run.</summary>
    /// <returns>How many seconds it took until all took a connection.</returns>
    public async Task<double> ServersAsync(int count, int instead, params string[] command)
    {
        var started = Stopwatch.GetTimestamp();
        var addresses = Enumerable.Range(0, count).Select(_ => $"127.130.{_address / 250}.{1 + (_address++ % 250)}").ToList();
        foreach (var address in addresses)
        {
            Start(address, command);
        }

        foreach (var address in addresses)
        {
            while (!await AnswersAsync(address))
            {
                await Task.Delay(2);
            }
        }

        Stop(instead);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public void Dispose() => Stop(_running.Count);

    private void Stop(int count)
    {
        foreach (var process in _running.Take(count).ToList())
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
            _running.Remove(process);
        }
    }

    private Process Start(string? address, string[] command)
    {
        var start = new ProcessStartInfo("bwrap", [.. Sandbox, "--", .. command]) { RedirectStandardOutput = true };
        if (address is not null)
        {
            start.Environment["IP"] = address;
        }

        var process = Process.Start(start)!;
        _running.Add(process);
        return process;
    }

    private static async Task<bool> AnswersAsync(string address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, 8080);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
