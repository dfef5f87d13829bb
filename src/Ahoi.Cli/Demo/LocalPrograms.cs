using System.Runtime.InteropServices;
using Ahoi.Pools;
using Ahoi.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Cli.Demo;

/// <summary>The programs that the operators' pods run on the local cluster: they lie beside this one, and pods of image
/// <c>host</c> see them.</summary>
internal static class LocalPrograms
{
    private const string HostImage = "host";
    private const int WorkerPort = 8081; // The sample's own default.

    public static void Configure(IServiceCollection services)
    {
        services.Configure<TenancyOptions>(options =>
        {
            options.WorkerImage = options.WebhooksImage = HostImage;
            options.WorkerCommand = Command("Workflow", "worker");
            options.WebhooksCommand = Command("Workflow", "app");
            options.WorkerStatusPort = WorkerPort;
            options.WorkerGrace = TimeSpan.FromSeconds(60);
        });
        services.Configure<PoolsOptions>(options =>
        {
            options.AgentImage = HostImage;
            options.AgentCommand = Command("Ahoi.Pools.Agent");
        });
    }

    private static string[] Command(string program, params string[] arguments) =>
        [Dotnet(), Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), .. arguments];

    /// <summary>The runtime's own starter: three folders above the framework.</summary>
    private static string Dotnet()
    {
        var starter = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        return File.Exists(starter) ? starter : "dotnet";
    }
}
