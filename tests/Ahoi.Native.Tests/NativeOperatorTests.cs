using System.Diagnostics;
using System.Globalization;
using System.Net;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane;

namespace Ahoi.Native.Tests;

public sealed class NativeOperatorTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly GroupVersionResource Greetings = new("example.com", "v1", "greetings");
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    private static readonly ObjectKey Key = new("default", "world");

    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-native-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Operator_PublishedAsNativeProgram_InstallsItsKindAndReconciles()
    {
        Assert.SkipWhen(NativeProgram.Missing() is { }, NativeProgram.Missing() ?? "");
        var (program, missing) = await NativeProgram.PublishAsync("Native", _folder);
        Assert.SkipWhen(program is null, missing ?? "");

        var kubeconfig = Path.Combine(_folder, "kubeconfig");
        await using var cluster = await LocalCluster.StartAsync(
            new() { Listen = new(IPAddress.Loopback, 0), KubeconfigFile = kubeconfig }, TestContext.Current.CancellationToken);
        using var client = new ApiClient(cluster.Connect());
        using var process = Process.Start(new ProcessStartInfo(program!) { Environment = { ["KUBECONFIG"] = kubeconfig } })!;
        try
        {
            await EventuallyAsync(async () => (await client.Discovery.FindAsync(new GroupVersionKind("example.com", "v1", "Greeting"), CancellationToken.None)) is not null);
            await client.CreateAsync(
                Greetings,
                "default",
                JsonTree.ParseMap("""{"apiVersion":"example.com/v1","kind":"Greeting","metadata":{"name":"world"},"spec":{"name":"world"}}"""));

            await EventuallyAsync(async () =>
                (await client.FindAsync(ConfigMaps, Key))?.ToMap().At("data", "text") is "Ahoi, world!"
                && (await client.FindAsync(Greetings, Key))?.ToMap().At("status", "said") is "Ahoi, world!");

            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync().WaitAsync(Limit);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await holds())
        {
            Assert.False(limit.IsCancellationRequested, "It did not come about.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
