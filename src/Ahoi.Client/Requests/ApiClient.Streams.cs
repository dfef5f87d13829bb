using System.Net;
using System.Net.WebSockets;
using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Client.Streams;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Requests;

/// <content>Streams to and from containers.</content>
public sealed partial class ApiClient
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");

    /// <summary>Runs a program in a container.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="options">The program, and which of its streams are wanted.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <returns>The running program; whoever starts it disposes of it.</returns>
    /// <exception cref="ApiException">The server refused.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public Task<ExecSession> ExecAsync(ObjectKey pod, ExecOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return OpenAsync(pod, "exec", options, cancellationToken);
    }

    /// <summary>Attaches to the program a container runs.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="options">Which of its streams are wanted.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <returns>The running program; whoever attaches disposes of it.</returns>
    /// <exception cref="ApiException">The server refused.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public Task<ExecSession> AttachAsync(ObjectKey pod, ExecOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return OpenAsync(pod, "attach", options, cancellationToken);
    }

    /// <summary>Connects to a port of a pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="port">The port.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <returns>The connection; whoever opens it disposes of it.</returns>
    /// <exception cref="ApiException">The server refused.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public async Task<PortForward> ForwardPortAsync(ObjectKey pod, int port, CancellationToken cancellationToken = default)
    {
        var path = new RequestPath(Pods, pod.Namespace, pod.Name, "portforward").Add("ports", (long)port);
        var socket = await ConnectAsync(path.ToString(), [ChannelSocket.Version4], cancellationToken).ConfigureAwait(false);
        return await PortForward.StartAsync(socket, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ExecSession> OpenAsync(ObjectKey pod, string subresource, ExecOptions options, CancellationToken cancellationToken)
    {
        var path = new RequestPath(Pods, pod.Namespace, pod.Name, subresource).Add("container", options.Container);
        foreach (var argument in options.Command)
        {
            path.Add("command", argument);
        }

        path.Add("stdin", options.StandardInput)
            .Add("stdout", options.StandardOutput)
            .Add("stderr", options.StandardError && !options.Terminal)
            .Add("tty", options.Terminal);
        return new(await ConnectAsync(path.ToString(), [ChannelSocket.Version5, ChannelSocket.Version4], cancellationToken).ConfigureAwait(false));
    }

    private async Task<ChannelSocket> ConnectAsync(string path, string[] protocols, CancellationToken cancellationToken)
    {
        var request = new RequestDraft(HttpMethod.Get, path).ToString();
        var address = new UriBuilder(_prefix + path);
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        var socket = new ClientWebSocket();
        using var deadline = new RequestDeadline(_options.Time, Timeout.InfiniteTimeSpan, cancellationToken);
        try
        {
            socket.Options.HttpVersion = HttpVersion.Version11;
            socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
            socket.Options.CollectHttpResponseDetails = true;
            socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(20);
            socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(20);
            socket.Options.SetRequestHeader("User-Agent", _options.UserAgent);
            foreach (var protocol in protocols)
            {
                socket.Options.AddSubProtocol(protocol);
            }

            deadline.Arm(TransportFault.NoAnswer, _options.HeaderTimeout);
            await socket.ConnectAsync(address.Uri, _watches, deadline.Token).ConfigureAwait(false);
            deadline.Disarm();
            return new(socket);
        }
        catch (WebSocketException exception) when ((int)socket.HttpStatusCode >= 400)
        {
            var code = (int)socket.HttpStatusCode;
            socket.Dispose();
            throw new ApiException(new(code, ErrorResponse.ReasonOf(code), $"{request}: {code}"), exception);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or HttpRequestException or IOException)
        {
            socket.Dispose();
            throw deadline.Explain(exception.InnerException is HttpRequestException inner ? inner : exception, request);
        }
    }
}
