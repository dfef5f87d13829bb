using System.Diagnostics;

namespace Ahoi.Benchmarks.Chaos;

/// <summary>An operator's process with its connection to the API server, both of which can fail.</summary>
internal sealed class OperatorChild : IAsyncDisposable
{
    private readonly string _kubeconfig;
    private readonly StreamWriter _log;
    private Process? _process;

    /// <summary>Prepares it.</summary>
    /// <param name="name"><c>tenancy</c> or <c>pools</c>.</param>
    /// <param name="kubeconfig">The cluster's kubeconfig.</param>
    /// <param name="port">The API server's port in it.</param>
    /// <param name="folder">Where its own kubeconfig and its log are written.</param>
    public OperatorChild(string name, string kubeconfig, int port, string folder)
    {
        Name = name;
        Proxy = new(port);
        _kubeconfig = Path.Combine(folder, $"kubeconfig-{name}");
        File.WriteAllText(_kubeconfig, File.ReadAllText(kubeconfig).Replace($":{port}", $":{Proxy.Port}", StringComparison.Ordinal));
        _log = new(Path.Combine(folder, $"{name}.log")) { AutoFlush = true };
    }

    public string Name { get; }

    public ApiProxy Proxy { get; }

    public int Kills { get; private set; }

    /// <summary>Gets whether it was killed and is not back yet.</summary>
    public bool IsAway { get; private set; }

    /// <summary>Starts the process, and waits until it is there.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["chaos-operator", Name, _kubeconfig]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        var process = Process.Start(start)!;
        _process = process;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "started")
            {
                _ = KeepAsync(process.StandardOutput);
                return;
            }

            await _log.WriteLineAsync(line);
        }
    }

    /// <summary>Kills the process without a warning, and starts another after a while.</summary>
    public async Task KillAsync(TimeSpan away)
    {
        Kills++;
        IsAway = true;
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await Task.Delay(away);
        await StartAsync();
        IsAway = false;
    }

    public async ValueTask DisposeAsync()
    {
        _process?.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await (_process?.WaitForExitAsync(limit.Token) ?? Task.CompletedTask);
        }
        catch (OperationCanceledException)
        {
            _process?.Kill();
        }

        _process?.Dispose();
        await Proxy.DisposeAsync();
        await _log.DisposeAsync();
    }

    private async Task KeepAsync(StreamReader output)
    {
        try
        {
            while (await output.ReadLineAsync() is { } line)
            {
                await _log.WriteLineAsync(line);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It was killed.
        }
    }
}
