using System.CommandLine;
using Ahoi.Api.Errors;
using Ahoi.Client.Connections;
using Ahoi.Client.Kubeconfigs;
using Ahoi.Client.Requests;
using Ahoi.Client.Transport;

namespace Ahoi.Cli.Commands;

/// <summary>The options of commands that talk to any cluster, and what they mean.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string?> _kubeconfig = new("--kubeconfig") { Description = "The kubeconfig (default: where kubectl looks).", HelpName = "FILE" };
    private readonly Option<string?> _context = new("--context") { Description = "The kubeconfig's context (default: the current one).", HelpName = "NAME" };

    public void AddTo(Command command)
    {
        command.Options.Add(_kubeconfig);
        command.Options.Add(_context);
    }

    /// <summary>Finds the cluster and makes sure that it answers.</summary>
    /// <exception cref="CommandFailedException">There is no usable kubeconfig, or the server does not answer.</exception>
    public async Task<ApiConnection> ConnectAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            var (file, context) = (parsed.GetValue(_kubeconfig), parsed.GetValue(_context));
            var connection = file is null ? ApiConnection.Default(context) : ApiConnection.FromKubeconfig(file, context);
            using var client = new ApiClient(connection, new() { MaxRetries = 0 });
            await client.Discovery.GetAsync(cancellationToken);
            return connection;
        }
        catch (KubeconfigException exception)
        {
            throw new CommandFailedException(exception.Message);
        }
        catch (TransportException exception)
        {
            throw new CommandFailedException($"the API server does not answer: {exception.Message}", ExitCodes.ServerUnreachable);
        }
        catch (ApiException exception)
        {
            throw new CommandFailedException($"the API server refuses: {exception.Message}");
        }
    }
}
