using System.Globalization;
using System.Threading.Channels;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Containers;
using Ahoi.ControlPlane.Node.Processes;
using Ahoi.ControlPlane.Node.Sandbox;

namespace Ahoi.ControlPlane.Node.Streams;

/// <summary>Connects somebody far away with a program: a new one in a container, or the container's own.</summary>
internal sealed class RemoteCommand(IRemoteStreams streams, RemoteOptions options)
{
    private const long MostWaiting = 1 << 20;

    private readonly Channel<(RemoteStream Stream, byte[] Bytes)> _output = Channel.CreateUnbounded<(RemoteStream, byte[])>(new() { SingleReader = true });
    private long _waiting;
    private Action<bool>? _setReading;

    /// <summary>Runs a command in a container, until it or the client ends.</summary>
    public async Task ExecuteAsync(SandboxEntry entry, ContainerRun run, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(run.Sandbox.Environment);
        if (options.Terminal)
        {
            environment.TryAdd("TERM", "xterm");
        }

        ChildProcess? process;
        try
        {
            process = await entry.StartAsync(run.Process, run.Sandbox.WorkingFolder, command, environment, new("", [], [])
            {
                Input = options.Input,
                Terminal = options.Terminal ? new TerminalSize(80, 24) : null,
                Output = bytes => Queue(RemoteStream.Output, bytes),
                Error = bytes => Queue(RemoteStream.Error, bytes),
            }).ConfigureAwait(false);
        }
        catch (ProcessStartException exception)
        {
            await FailAsync("InternalError", exception.Message, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (process is null)
        {
            await FailAsync("InternalError", "the container has ended", cancellationToken).ConfigureAwait(false);
            return;
        }

        _setReading = reading => entry.SetReading(process, reading);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = ReceiveAsync((bytes, token) => Task.Run(() => bytes.IsEmpty ? Close(process) : process.Write(bytes.Span), token), process.Resize, ending.Token);
        var sending = SendAsync(cancellationToken);
        try
        {
            if (await Task.WhenAny(process.Exited, reading, sending).ConfigureAwait(false) != process.Exited)
            {
                SandboxEntry.Kill(process); // The client is gone.
            }

            var code = await process.Exited.ConfigureAwait(false);
            _output.Writer.TryComplete();
            await sending.ConfigureAwait(false);
            await SendExitAsync(code, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Shows what a container's own program writes from now on, and gives it what the client sends, until either ends.</summary>
    public async Task AttachAsync(ContainerRun run, CancellationToken cancellationToken)
    {
        void Take(ReadOnlySpan<byte> bytes) => Queue(RemoteStream.Output, bytes);
        run.Log.Written += Take;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAsync(cancellationToken);
        var reading = ReceiveAsync(
            (bytes, token) => Task.Run(() => bytes.IsEmpty ? CloseOnce(run) : run.Process.Write(bytes.Span), token), run.Process.Resize, ending.Token);
        try
        {
            if (await Task.WhenAny(run.Ended, reading, sending).ConfigureAwait(false) == run.Ended)
            {
                _output.Writer.TryComplete();
                await sending.ConfigureAwait(false);
                await SendExitAsync((await run.Ended.ConfigureAwait(false)).ExitCode, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            run.Log.Written -= Take;
            _output.Writer.TryComplete();
            await ending.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static bool Close(ChildProcess process)
    {
        process.CloseInput();
        return true;
    }

    private bool CloseOnce(ContainerRun run)
    {
        if (options.InputOnce)
        {
            run.Process.CloseInput();
        }

        return true;
    }

    private void Queue(RemoteStream stream, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || (stream == RemoteStream.Output ? !options.Output : !options.Error && !options.Terminal))
        {
            return;
        }

        if (Interlocked.Add(ref _waiting, bytes.Length) > MostWaiting)
        {
            _setReading?.Invoke(false);
        }

        _output.Writer.TryWrite((stream, bytes.ToArray()));
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        await foreach (var (stream, bytes) in _output.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await streams.SendAsync(stream, bytes, cancellationToken).ConfigureAwait(false);
            var before = Interlocked.Add(ref _waiting, -bytes.Length) + bytes.Length;
            if (before > MostWaiting / 2 && before - bytes.Length <= MostWaiting / 2)
            {
                _setReading?.Invoke(true);
            }
        }
    }

    private Task ReceiveAsync(Func<ReadOnlyMemory<byte>, CancellationToken, Task> input, Action<TerminalSize> resize, CancellationToken cancellationToken) =>
        streams.ReadAsync(
            (stream, bytes) =>
            {
                switch (stream)
                {
                    case RemoteStream.Input when options.Input:
                        return input(bytes, cancellationToken);
                    case RemoteStream.Resize when options.Terminal && !bytes.IsEmpty && ReadSize(bytes.Span) is { } size:
                        resize(size);
                        break;
                }

                return Task.CompletedTask;
            },
            cancellationToken);

    private static TerminalSize? ReadSize(ReadOnlySpan<byte> json)
    {
        try
        {
            var size = JsonTree.ParseMap(json);
            return new((ushort)Math.Clamp(size.Integer("Width") ?? 80, 1, ushort.MaxValue), (ushort)Math.Clamp(size.Integer("Height") ?? 24, 1, ushort.MaxValue));
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private async Task SendExitAsync(int code, CancellationToken cancellationToken)
    {
        if (code == 0)
        {
            await SendStatusAsync(new() { ["metadata"] = new JsonMap(), ["status"] = "Success" }, cancellationToken).ConfigureAwait(false);
            return;
        }

        var text = code.ToString(CultureInfo.InvariantCulture);
        await SendStatusAsync(
            new()
            {
                ["metadata"] = new JsonMap(),
                ["status"] = "Failure",
                ["message"] = "command terminated with non-zero exit code: exit status " + text,
                ["reason"] = "NonZeroExitCode",
                ["details"] = new JsonMap { ["causes"] = new JsonList { new JsonMap { ["reason"] = "ExitCode", ["message"] = text } } },
            },
            cancellationToken).ConfigureAwait(false);
    }

    private Task FailAsync(string reason, string message, CancellationToken cancellationToken) => SendStatusAsync(
        new() { ["metadata"] = new JsonMap(), ["status"] = "Failure", ["message"] = message, ["reason"] = reason, ["code"] = 500L }, cancellationToken);

    private async Task SendStatusAsync(JsonMap status, CancellationToken cancellationToken)
    {
        await streams.SendAsync(RemoteStream.Status, JsonTree.ToUtf8(status), cancellationToken).ConfigureAwait(false);
        await streams.FinishAsync(cancellationToken).ConfigureAwait(false);
    }
}
