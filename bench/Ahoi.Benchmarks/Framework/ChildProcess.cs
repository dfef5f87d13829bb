using System.Diagnostics;

namespace Ahoi.Benchmarks.Framework;

/// <summary>This program again, as a process of its own that answers line by line.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;

    public ChildProcess(bool serverCollector, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["DOTNET_gcServer"] = serverCollector ? "1" : "0";
        // As the tool and the hosts are built: watching what the code does costs what has just started more than it gains.
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start)!;
    }

    /// <summary>Gets how many seconds of CPU time it has taken so far.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    public async Task<string> ReadAsync() => await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("A process of the benchmark ended.");

    public async Task<double[]> AskAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        var answer = await ReadAsync();
        return [.. answer.Split(' ').Select(w => double.TryParse(w, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0)];
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
