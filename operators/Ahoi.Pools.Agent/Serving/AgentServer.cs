using System.Globalization;
using System.Net;
using System.Text;

namespace Ahoi.Pools.Agent.Serving;

/// <summary>What the kubelet and whoever collects metrics ask the agent over HTTP.</summary>
internal sealed class AgentServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Dictionary<string, Func<Task<(int Code, string Text)>>> _answers;

    /// <summary>Listens at the pod's own address.</summary>
    public AgentServer(AgentOptions options, Dictionary<string, Func<Task<(int Code, string Text)>>> answers)
    {
        _answers = answers;
        var host = options.Address.Contains(':', StringComparison.Ordinal) ? $"[{options.Address}]" : options.Address;
        _listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{options.AgentPort}/"));
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        await using var end = cancellationToken.Register(_listener.Stop).ConfigureAwait(false);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                _ = AnswerAsync(await _listener.GetContextAsync().ConfigureAwait(false));
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                // It was stopped, or a client went away.
            }
        }
    }

    public void Dispose() => ((IDisposable)_listener).Dispose();

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var (code, text) = _answers.TryGetValue(context.Request.Url?.AbsolutePath ?? "", out var answer)
                ? await answer().ConfigureAwait(false)
                : (404, "there is nothing here\n");
            var bytes = Encoding.UTF8.GetBytes(text);
            context.Response.StatusCode = code;
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            context.Response.ContentLength64 = bytes.Length;
            await context.Response.OutputStream.WriteAsync(bytes).ConfigureAwait(false);
            context.Response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            context.Response.Abort(); // Whoever asked is gone.
        }
    }
}
