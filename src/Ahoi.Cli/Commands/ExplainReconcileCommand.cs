using System.CommandLine;
using Ahoi.Api.Json;
using Ahoi.Cli.Observation;
using Ahoi.Client.Requests;

namespace Ahoi.Cli.Commands;

/// <summary><c>ahoi explain-reconcile</c>: why an object was reconciled lately, and what was written, as its operator
/// remembers it.</summary>
internal static class ExplainReconcileCommand
{
    public static Command Create()
    {
        var cluster = new ClusterOptions();
        var name = ObjectName.Argument(ArgumentArity.ExactlyOne);
        var @namespace = new Option<string?>("--namespace", "-n") { Description = "The object's namespace.", HelpName = "NS" };
        var form = new Option<string>("--output", "-o") { Description = "How to print it: text or json.", DefaultValueFactory = _ => "text" };
        form.AcceptOnlyFromAmong("text", "json");
        var endpoint = new Option<Uri?>("--endpoint")
        {
            Description = "Ask the operator that serves there (default: those this user runs on this machine).",
            HelpName = "URL",
            CustomParser = result => ReadUrl(result.Tokens[0].Value, result.AddError),
        };
        var token = new Option<string?>("--token-file") { Description = "The file with the operator's access token, for --endpoint.", HelpName = "FILE" };
        var command = new Command("explain-reconcile", "Say why an object was reconciled lately, and what was written.") { name, @namespace, form, endpoint, token };
        command.Validators.Add(result =>
        {
            if (result.GetValue(token) is not null && result.GetResult(endpoint) is null)
            {
                result.AddError("--token-file goes with --endpoint; the operators of this machine are known with their tokens.");
            }
        });
        cluster.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var connection = await cluster.ConnectAsync(parsed, cancellationToken);
            using var client = new ApiClient(connection);
            var wanted = parsed.GetValue(name)!; // The parser has made sure that there is one.
            var resource = await client.Discovery.FindAsync(wanted.Kind, cancellationToken)
                ?? throw new CommandFailedException($"the cluster does not serve a kind '{wanted.Kind}'; 'kubectl api-resources' lists what there is");
            var question = new ReconcileQuestion(
                resource.Type, new(resource.Namespaced ? parsed.GetValue(@namespace) ?? connection.DefaultNamespace : null, wanted.Name));
            var operators = parsed.GetValue(endpoint) is { } given
                ? [new RunningOperator(given, await ReadTokenAsync(parsed.GetValue(token), cancellationToken), null)]
                : RunningOperators.Find(connection.Server);
            var reconciles = await question.AskAsync(operators, cancellationToken)
                ?? throw new CommandFailedException(
                    $"this user runs no operator on this machine against {connection.Server}; for one that runs elsewhere, forward its port and give --endpoint http://127.0.0.1:PORT");

            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(form) == "json")
            {
                await output.WriteLineAsync(new JsonMap { ["reconciles"] = reconciles }.ToString());
            }
            else
            {
                await new ReconcileText(output, TerminalOutput.HasColours(output), TimeProvider.System).WriteAsync(question, reconciles);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static Uri? ReadUrl(string text, Action<string> addError)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        addError($"'{text}' of --endpoint is not an address; write it as http://127.0.0.1:8081.");
        return null;
    }

    private static async Task<string?> ReadTokenAsync(string? file, CancellationToken cancellationToken)
    {
        try
        {
            return file is null ? null : (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"--token-file cannot be read: {exception.Message}");
        }
    }
}
