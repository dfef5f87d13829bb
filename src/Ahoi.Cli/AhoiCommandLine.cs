using System.CommandLine;
using Ahoi.Cli.Commands;

namespace Ahoi.Cli;

/// <summary>The whole command line, callable in process with captured writers.</summary>
internal static class AhoiCommandLine
{
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var root = new RootCommand("Kubernetes operators in C#, and a local cluster to run them on.");
        root.Subcommands.Add(UpCommand.Create());
        root.Subcommands.Add(OperatorsCommand.Create());
        root.Subcommands.Add(ImageCommand.Create());
        root.Subcommands.Add(PlanCommand.Create());
        root.Subcommands.Add(TreeCommand.Create());
        root.Subcommands.Add(ExplainReconcileCommand.Create());
        root.Subcommands.Add(DashboardCommand.Create());
        root.Subcommands.Add(ManifestsCommand.Create());

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await WriteUsageErrorsAsync(parsed, error);
            return ExitCodes.Usage;
        }

        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (CommandFailedException exception)
        {
            await error.WriteLineAsync($"ahoi: {exception.Message}");
            return exception.ExitCode;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Ok;
        }
    }

    private static async Task WriteUsageErrorsAsync(ParseResult parsed, TextWriter error)
    {
        var options = parsed.CommandResult.Command.Options.SelectMany(o => o.Aliases.Prepend(o.Name)).ToList();
        var unmatched = parsed.UnmatchedTokens.ToHashSet(StringComparer.Ordinal);
        foreach (var token in unmatched)
        {
            var known = token.StartsWith('-') ? options : [.. parsed.CommandResult.Command.Subcommands.Select(c => c.Name)];
            var nearest = NearestWord.Find(token, known);
            var hint = nearest is null ? "" : $" Did you mean '{nearest}'?";
            await error.WriteLineAsync($"ahoi: '{token}' is not known here.{hint}");
        }

        foreach (var problem in parsed.Errors.Where(e => !unmatched.Any(t => e.Message.Contains(t, StringComparison.Ordinal))))
        {
            await error.WriteLineAsync($"ahoi: {problem.Message}");
        }

        await error.WriteLineAsync("ahoi: '--help' lists what there is.");
    }
}
