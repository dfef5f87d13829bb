using System.CommandLine;
using Ahoi.Cli.Plans;
using Ahoi.Client.Discovery;
using Ahoi.Client.Requests;
using Ahoi.Framework.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ahoi.Cli.Commands;

/// <summary><c>ahoi plan</c>: what the operators would write to a cluster as it is now.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var cluster = new ClusterOptions();
        var name = ObjectName.Argument(ArgumentArity.ZeroOrOne);
        var @namespace = new Option<string?>("--namespace", "-n") { Description = "Look at the objects of this namespace alone.", HelpName = "NS" };
        var operators = OperatorRuns.Option();
        var form = new Option<string>("--output", "-o") { Description = "How to print it: text or json.", DefaultValueFactory = _ => "text" };
        form.AcceptOnlyFromAmong("text", "json");
        var exitCode = new Option<bool>("--exit-code") { Description = "Exit with 5 where anything would be written." };

        var command = new Command("plan", "Show what the operators would write, without writing anything.") { name, @namespace, operators, form, exitCode };
        cluster.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var connection = await cluster.ConnectAsync(parsed, cancellationToken);
            using var client = new ApiClient(connection);
            var wanted = parsed.GetValue(name) is { } given ? (given, await FindAsync(client, given, cancellationToken)) : default;
            using var host = OperatorRuns.Build(connection, parsed.GetValue(operators)!, logging => ConsoleLogging.Configure(logging, LogLevel.Error));
            await using var planned = host.Services.GetRequiredService<Operator>();
            var inNamespace = parsed.GetValue(@namespace);
            var plan = await planned.PlanAsync(
                (kind, key) => (inNamespace is null || key.Namespace == inNamespace)
                    && (wanted.given is null || (kind == wanted.Item2.Type && key.Name == wanted.given.Name)),
                cancellationToken);

            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(form) == "json")
            {
                await output.WriteLineAsync(PlanJson.Of(plan));
            }
            else
            {
                await new PlanText(output, TerminalOutput.HasColours(output)).WriteAsync(plan);
            }

            return plan.HasFaults ? ExitCodes.Failed : parsed.GetValue(exitCode) && !plan.IsEmpty ? ExitCodes.PlanNotEmpty : ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<ApiResource> FindAsync(ApiClient client, ObjectName name, CancellationToken cancellationToken) =>
        await client.Discovery.FindAsync(name.Kind, cancellationToken)
        ?? throw new CommandFailedException($"the cluster does not serve a kind '{name.Kind}'; 'kubectl api-resources' lists what there is");
}
