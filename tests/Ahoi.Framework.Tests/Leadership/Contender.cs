using System.Diagnostics;
using System.Globalization;

namespace Ahoi.Framework.Tests.Leadership;

/// <summary>A process that competes for a Lease and writes while it leads.</summary>
internal sealed class Contender : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private Contender(Process process) => _process = process;

    public static async Task<Contender> StartAsync(string kubeconfig, string identity)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Ahoi.Framework.Contender.dll");
        var contender = new Contender(Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { program, kubeconfig, identity },
            RedirectStandardOutput = true,
        })!);
        await contender.WaitForAsync("ready");
        return contender;
    }

    /// <summary>Reads on until the process says something.</summary>
    public async Task WaitForAsync(string line)
    {
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(Limit) is var said && said != line)
        {
            Assert.True(said is not null, $"The contender ended before it said '{line}'.");
        }
    }

    /// <summary>Sends a signal, STOP for example.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WaitAsync(Limit);
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync().WaitAsync(Limit);
        _process.Dispose();
    }
}
