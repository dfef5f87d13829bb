using System.Globalization;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Probes;
using Ahoi.ControlPlane.Node.Processes;
using Ahoi.ControlPlane.Node.Sandbox;

namespace Ahoi.ControlPlane.Node.Containers;

/// <summary>What the node does to a container that runs: probes ask it, hooks prepare it for its life and its end.</summary>
internal sealed class ContainerActions(IContainerHost host, JsonMap container, ContainerRun run)
{
    /// <summary>Asks how it is, as a probe says.</summary>
    public async Task<ProbeOutcome> AskAsync(JsonMap probe, CancellationToken cancellationToken)
    {
        var address = host.Facts.PodAddress;
        if (probe.Map("httpGet") is { } get)
        {
            return Port(get["port"]) is { } port
                ? await HttpProbe.GetAsync(get, address, port, cancellationToken).ConfigureAwait(false)
                : new(false, $"couldn't find port: {get["port"]}");
        }

        if (probe.Map("tcpSocket") is { } tcp)
        {
            return Port(tcp["port"]) is { } port
                ? await HttpProbe.ConnectAsync(tcp.Text("host") is { Length: > 0 } host ? host : address, port, cancellationToken).ConfigureAwait(false)
                : new(false, $"couldn't find port: {tcp["port"]}");
        }

        if (probe.Map("grpc") is { } grpc)
        {
            return await HttpProbe.CheckAsync(grpc.Text("service") ?? "", address, Port(grpc["port"]) ?? 0, cancellationToken).ConfigureAwait(false);
        }

        if (probe.Map("exec") is { } exec)
        {
            return await ExecuteAsync(exec, cancellationToken).ConfigureAwait(false) switch
            {
                null => new(false, "the container does not run"),
                (0, _) => new(true),
                var (code, output) => new(false, output.Length > 0 ? output : $"exit code {code.ToString(CultureInfo.InvariantCulture)}"),
            };
        }

        return new(true);
    }

    /// <summary>Runs a hook.</summary>
    /// <returns>What went wrong, or <see langword="null"/>.</returns>
    public async Task<string?> HookAsync(JsonMap hook, CancellationToken cancellationToken)
    {
        try
        {
            if (hook.Map("exec") is { } exec)
            {
                return await ExecuteAsync(exec, cancellationToken).ConfigureAwait(false) switch
                {
                    (0, _) => null,
                    (var code, var output) => string.Create(CultureInfo.InvariantCulture, $"command '{string.Join(' ', exec.List("command")?.Texts ?? [])}' exited with {code}: {output}"),
                    null => null,
                };
            }

            if (hook.Map("httpGet") is { } get)
            {
                var outcome = Port(get["port"]) is { } port ? await HttpProbe.GetAsync(get, host.Facts.PodAddress, port, cancellationToken).ConfigureAwait(false) : new(false, $"couldn't find port: {get["port"]}");
                return outcome.Succeeded ? null : outcome.Message;
            }

            if (hook.Map("sleep")?.Integer("seconds") is { } seconds)
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds), host.Node.Time, cancellationToken).ConfigureAwait(false);
            }

            return null;
        }
        catch (OperationCanceledException)
        {
            return null; // The container ended, or its time is up.
        }
        catch (ProcessStartException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Runs a command in it.</summary>
    /// <returns>The exit code and what it wrote, or <see langword="null"/> where it does not run.</returns>
    private async Task<(int Code, string Output)?> ExecuteAsync(JsonMap action, CancellationToken cancellationToken)
    {
        var output = new MemoryStream();
        void Take(ReadOnlySpan<byte> bytes)
        {
            lock (output)
            {
                if (output.Length < 10 * 1024)
                {
                    output.Write(bytes);
                }
            }
        }

        var process = await host.Node.Entry.StartAsync(
            run.Process, run.Sandbox.WorkingFolder, [.. action.List("command")?.Texts ?? []], run.Sandbox.Environment, new("", [], []) { Output = Take, Error = Take }).ConfigureAwait(false);
        if (process is null)
        {
            return null;
        }

        try
        {
            var code = await process.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
            lock (output)
            {
                return (code, Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length));
            }
        }
        catch (OperationCanceledException)
        {
            SandboxEntry.Kill(process);
            throw;
        }
    }

    private int? Port(object? value) => value switch
    {
        long number => (int)number,
        string text when int.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
        string name => (int?)(container.List("ports")?.Maps ?? []).FirstOrDefault(p => p.Text("name") == name)?.Integer("containerPort"),
        _ => null,
    };
}
