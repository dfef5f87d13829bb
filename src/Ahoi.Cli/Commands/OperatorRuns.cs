using System.CommandLine;
using Ahoi.Cli.Observation;
using Ahoi.Client.Connections;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Observability;
using Ahoi.Operators;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahoi.Cli.Commands;

/// <summary>How commands choose, build and start operators.</summary>
internal static class OperatorRuns
{
    public static Option<string[]> Option() => NameLists.Create("--operators", "Which operators", [.. OperatorSet.Known]);

    /// <summary>Builds a host of some operators; it is not started.</summary>
    public static IHost Build(
        ApiConnection connection, IReadOnlyCollection<string> operators, Action<ILoggingBuilder> logging, Action<AhoiOptions>? configure = null,
        Action<ObservabilityOptions>? observe = null, Action<IServiceCollection>? local = null, OperatorSettings? settings = null) =>
        OperatorSet.Build(
            connection,
            operators,
            services =>
            {
                services.AddLogging(logging);
                // The command line itself listens to Ctrl-C; the host must not end before it.
                services.AddSingleton<IHostLifetime, NoLifetime>();
                local?.Invoke(services);
            },
            configure,
            observe,
            localRepositories: true,
            settings);

    /// <summary>Starts a host, says where it can be looked at, and lets this user's other commands find it until the result
    /// is disposed of.</summary>
    /// <exception cref="CommandFailedException">Nothing can be served at the address that was asked for.</exception>
    public static async Task<IDisposable?> StartAsync(IHost host, Uri server, TextWriter talk, CancellationToken cancellationToken)
    {
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            throw new CommandFailedException(exception.Message);
        }

        if (host.Services.GetRequiredService<ObservabilityEndpoint>().Address is { } address)
        {
            await talk.WriteLineAsync($"ahoi: health, metrics and causes: {address}");
        }

        return RunningOperators.Announce(host.Services, server);
    }
}
