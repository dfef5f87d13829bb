using Ahoi.Client.Connections;
using Ahoi.Framework.Leadership;
using Ahoi.Framework.Observability;
using Ahoi.Operators;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahoi.Host;

/// <summary>One run of the operators.</summary>
internal static class OperatorHost
{
    /// <summary>How long the stop may take: less than the 30 seconds after which the kubelet kills.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    /// <summary>Runs until cancelled; then what is under way ends, and the Lease is given back.</summary>
    /// <exception cref="IOException">Nothing can be served where health was asked for.</exception>
    public static async Task RunAsync(HostArguments arguments, ApiConnection connection, CancellationToken cancellationToken, Action<Uri>? onServing = null)
    {
        using var host = Build(arguments, connection);
        try
        {
            await host.StartAsync(cancellationToken);
            if (host.Services.GetService<ObservabilityEndpoint>()?.Address is { } address)
            {
                onServing?.Invoke(address);
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // That is how it ends.
        }
        finally
        {
            using var limit = new CancellationTokenSource(StopLimit);
            await host.StopAsync(limit.Token);
        }
    }

    private static IHost Build(HostArguments arguments, ApiConnection connection) => OperatorSet.Build(
        connection,
        arguments.Operators,
        services =>
        {
            services.AddLogging(Log);
            services.AddSingleton<IHostLifetime, SignalsElsewhere>();
        },
        options =>
        {
            options.InstallDefinitions = arguments.InstallsDefinitions;
            options.Leadership = arguments.Lease?.Split('/') is [var @namespace, var name] ? new LeaderElectionOptions { LeaseNamespace = @namespace, LeaseName = name } : null;
        },
        options => options.Listen = arguments.Observe,
        settings: arguments.Config is { } file ? OperatorSettings.Read(file) : null);

    private static void Log(ILoggingBuilder logging)
    {
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
    }
}
