using Ahoi.Client.Connections;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahoi.Cli.Commands;

/// <summary>The parts of the local cluster beside its API server, and the one way to build them.</summary>
internal static class ComponentSet
{
    public static readonly string[] Known = ["apiserver", "controllers", "scheduler", "node", "operators"];

    /// <summary>Builds a host of those that were chosen; it is not started. Null where none was.</summary>
    public static IHost? Build(ApiConnection connection, IReadOnlyCollection<string> components, Action<ILoggingBuilder> logging)
    {
        if (!components.Contains("scheduler"))
        {
            return null;
        }

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "ahoi" });
        builder.Services.AddLogging(logging);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddAhoi(options =>
        {
            options.OperatorName = "cluster";
            options.Connection = connection;
        }).AddScheduler("default-scheduler");
        return builder.Build();
    }
}
