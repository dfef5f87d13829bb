using System.Runtime.InteropServices;
using Ahoi.Client.Connections;
using Ahoi.Framework.Hosting;
using Ahoi.Pools;
using Ahoi.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahoi.Benchmarks.Chaos;

/// <summary>One operator, in a process of its own, until its input ends or it is killed.</summary>
internal static class OperatorMain
{
    /// <summary>How long a role keeps working after a rotation: long enough for programs, and short enough to see it end.</summary>
    private static readonly TimeSpan FormerPasswordLifetime = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string name, string kubeconfig)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "bench" });
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        }));
        var ahoi = builder.Services.AddAhoi(o =>
        {
            o.OperatorName = name;
            o.Connection = ApiConnection.FromKubeconfig(kubeconfig);
            o.InstallDefinitions = true;
        });
        _ = name == "tenancy" ? ahoi.AddTenancy(Configure) : ahoi.AddPools(Configure);
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine("started");
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await host.StopAsync();
        return 0;
    }

    private static void Configure(TenancyOptions options)
    {
        options.WorkerImage = options.WebhooksImage = "host";
        options.WorkerCommand = Command("Workflow", "worker");
        options.WebhooksCommand = Command("Workflow", "app");
        options.WorkerStatusPort = 8081;
        options.WorkerGrace = TimeSpan.FromSeconds(30);
        options.FormerPasswordLifetime = FormerPasswordLifetime;
    }

    private static void Configure(PoolsOptions options)
    {
        options.AgentImage = "host";
        options.AgentCommand = Command("Ahoi.Pools.Agent");
    }

    /// <summary>The programs are run from where they are built, beside this one's own folder: pods of image <c>host</c> see them.</summary>
    private static string[] Command(string program, params string[] arguments)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return
        [
            Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet")),
            Path.Combine(own.Parent!.Parent!.FullName, program, own.Name, $"{program}.dll"),
            .. arguments,
        ];
    }
}
