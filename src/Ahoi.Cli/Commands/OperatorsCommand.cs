using System.CommandLine;
using Ahoi.Framework.Leadership;
using Ahoi.Operators;
using Microsoft.Extensions.Logging;

namespace Ahoi.Cli.Commands;

/// <summary><c>ahoi operators run</c>: the operators against any cluster, until Ctrl-C.</summary>
internal static class OperatorsCommand
{
    public static Command Create() => new("operators", "Run operators against any cluster.") { CreateRun() };

    private static Command CreateRun()
    {
        var cluster = new ClusterOptions();
        var observation = new ObservationOptions();
        var operators = OperatorRuns.Option();
        var lease = new Option<string?>("--lease")
        {
            Description = "Let several replicas share the work: the Lease that decides which of them reconciles.",
            HelpName = "NAMESPACE/NAME",
        };
        var foreignDefinitions = new Option<bool>("--no-definitions") { Description = "Do not install the definitions of the operators' kinds; somebody else does." };
        var config = new Option<string?>("--config") { Description = "What holds for all customers, pools and previews: images, servers, times.", HelpName = "FILE" };
        var command = new Command("run", "Run operators against the cluster of a kubeconfig, or the one this pod is in, until Ctrl-C.") { operators, lease, foreignDefinitions, config };
        command.Validators.Add(result =>
        {
            if (result.GetValue(lease) is { } text && text.Split('/') is not [{ Length: > 0 }, { Length: > 0 }])
            {
                result.AddError($"'{text}' of --lease does not name a Lease; write it as NAMESPACE/NAME.");
            }
        });
        cluster.AddTo(command);
        observation.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var connection = await cluster.ConnectAsync(parsed, cancellationToken);
            var names = parsed.GetValue(operators)!;
            var parts = parsed.GetValue(lease)?.Split('/');
            var settings = ReadSettings(parsed.GetValue(config));
            using var host = OperatorRuns.Build(
                connection,
                names,
                logging => ConsoleLogging.Configure(logging, LogLevel.Information),
                options =>
                {
                    options.InstallDefinitions = !parsed.GetValue(foreignDefinitions);
                    options.Leadership = parts is null ? null : new LeaderElectionOptions { LeaseNamespace = parts[0], LeaseName = parts[1] };
                },
                observation.Read(parsed),
                settings: settings);
            var error = parsed.InvocationConfiguration.Error;
            try
            {
                using var announcement = await OperatorRuns.StartAsync(host, connection.Server, error, cancellationToken);
                await error.WriteLineAsync($"ahoi: operators {string.Join(", ", names)} run against {connection.Server}");
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await error.WriteLineAsync("ahoi: stopping");
            }
            finally
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(8));
                await host.StopAsync(limit.Token);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static OperatorSettings? ReadSettings(string? file)
    {
        try
        {
            return file is null ? null : OperatorSettings.Read(file);
        }
        catch (FormatException exception)
        {
            throw new CommandFailedException(exception.Message);
        }
    }
}
