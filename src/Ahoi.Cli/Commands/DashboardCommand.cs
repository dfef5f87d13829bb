using System.CommandLine;
using System.Net;
using Ahoi.Dashboard;
using Microsoft.Extensions.Logging;

namespace Ahoi.Cli.Commands;

/// <summary><c>ahoi dashboard</c>: the dashboard of any cluster, until Ctrl-C.</summary>
internal static class DashboardCommand
{
    public static Command Create()
    {
        var cluster = new ClusterOptions();
        var listen = new Option<IPEndPoint>("--listen")
        {
            Description = "Address of this machine and port to serve at. Port 0 takes a free one.",
            HelpName = "127.0.0.1:0",
            CustomParser = result => ListenAddress.Parse(result.Tokens[0].Value, "--listen", 0, result.AddError),
            DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 0),
        };
        var command = new Command("dashboard", "Show a cluster in the browser, as the kubeconfig's user may see it, until Ctrl-C.") { listen };
        command.Validators.Add(result =>
        {
            if (result.GetValue(listen) is { } endpoint && !IPAddress.IsLoopback(endpoint.Address))
            {
                result.AddError($"{endpoint.Address} of --listen is reached by other machines, and whoever opens the dashboard acts as you; give 127.0.0.1 and forward the port.");
            }
        });
        cluster.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var connection = await cluster.ConnectAsync(parsed, cancellationToken);
            using var loggers = LoggerFactory.Create(logging => ConsoleLogging.Configure(logging, LogLevel.Warning));
            try
            {
                await using var dashboard = await DashboardServer.StartAsync(connection, new() { Listen = parsed.GetValue(listen)!, Loggers = loggers }, cancellationToken);
                var error = parsed.InvocationConfiguration.Error;
                await parsed.InvocationConfiguration.Output.WriteLineAsync(dashboard.Url.ToString());
                await error.WriteLineAsync($"ahoi: open the URL above to see {connection.Server}; Ctrl-C ends it");
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (IOException exception)
            {
                throw new CommandFailedException(exception.Message);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Ctrl-C is how one leaves.
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
