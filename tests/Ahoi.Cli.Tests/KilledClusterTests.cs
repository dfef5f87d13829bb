using System.Diagnostics;
using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;

namespace Ahoi.Cli.Tests;

/// <summary>What becomes of pods' processes when <c>ahoi</c> ends, however it does.</summary>
public sealed class KilledClusterTests : IDisposable
{
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-killed-").FullName;
    private readonly string _mark = Guid.NewGuid().ToString("N"); // In the arguments of the pods' processes, and nobody else's.

    [Fact]
    public async Task Up_Killed_LeavesNoProcess_AndTheNextOneGoesOn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/bwrap"), "Pods run on Linux alone, by bubblewrap.");
        using (var first = await UpAsync())
        {
            using var client = Connect();
            await client.CreateAsync(Deployments, "default", JsonTree.ParseMap("""
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},
                 "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"host","command":["/bin/sh","-c","while :; do sleep 0.2; done","MARK"]}]}}}}
                """.Replace("MARK", _mark, StringComparison.Ordinal)));
            await ReadyAsync(client);
            Assert.Equal(2, Processes());
            first.Kill();
            await first.WaitForExitAsync();
        }

        await HoldsAsync(() => Processes() == 0);
        using (var second = await UpAsync())
        {
            using var client = Connect();
            foreach (var pod in (await client.ListAsync(Pods, "default")).Items)
            {
                await client.WaitUntilAsync(Pods, pod.Key, p => p is null || p.ToMap().Map("status")?.List("containerStatuses")?.Maps.FirstOrDefault() is { } status
                    && status.Flag("ready") == true && status.Integer("restartCount") == 1, Limit);
            }

            await ReadyAsync(client);
            Assert.Equal(2, Processes());
            using var end = Process.Start("kill", ["-TERM", second.Id.ToString(CultureInfo.InvariantCulture)]);
            await second.WaitForExitAsync();
            Assert.Equal((0, 0), (second.ExitCode, Processes()));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task ReadyAsync(ApiClient client) =>
        await client.WaitUntilAsync(Deployments, new("default", "web"), d => d?.ToMap().At("status", "readyReplicas") is 2L, Limit);

    private static async Task HoldsAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private ApiClient Connect() => new(ApiConnection.FromKubeconfig(Path.Combine(_folder, "kubeconfig")));

    private async Task<Process> UpAsync()
    {
        var ready = Path.Combine(_folder, "ready");
        File.Delete(ready);
        var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ahoi"),
            ["up", "--data", Path.Combine(_folder, "data"), "--listen", "127.0.0.1:0", "--kubeconfig", Path.Combine(_folder, "kubeconfig"), "--ready-file", ready, "--components", "apiserver,controllers,scheduler,node"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _ = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await HoldsAsync(() => File.Exists(ready) || process.HasExited);
        Assert.False(process.HasExited, process.HasExited ? await error : "");
        return process;
    }

    /// <summary>Counts the pods' shells that run.</summary>
    private int Processes() => Directory.EnumerateDirectories("/proc").Count(p =>
    {
        try
        {
            var arguments = File.ReadAllText(p + "/cmdline").Split('\0');
            return arguments[0] == "/bin/sh" && arguments.Contains(_mark);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // It is no process, or gone.
        }
    });
}
