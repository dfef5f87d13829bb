using System.Globalization;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Processes;

namespace Ahoi.ControlPlane.Node.Sandbox;

/// <summary>
/// A program in a sandbox of its own, made by bubblewrap: own mounts, processes, host name and a user namespace with one
/// user, so that it runs without privileges also where this program has them. It shares the machine's network. When it ends,
/// or this program does, every process in the sandbox ends.
/// </summary>
internal sealed class SandboxedProcess
{
    private readonly ChildProcess _bubblewrap;
    private readonly int _init;

    private SandboxedProcess(ChildProcess bubblewrap, int init, int initDescriptor)
    {
        _bubblewrap = bubblewrap;
        _init = init;
        Exited = EndAsync(initDescriptor);
    }

    /// <summary>Gets the program's exit code, once every process of the sandbox has ended.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts a program in a new sandbox.</summary>
    /// <param name="loop">Starts and watches the process.</param>
    /// <param name="bubblewrap">The file of bubblewrap.</param>
    /// <param name="spec">The sandbox.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="start">What becomes of its output and input; program, arguments and environment are not looked at.</param>
    /// <param name="beforeRun">Is given the number of the sandbox's first process while nothing runs in it yet.</param>
    /// <param name="cancellationToken">Gives up; what was started is killed.</param>
    /// <returns>The running program.</returns>
    /// <exception cref="ProcessStartException">The sandbox cannot be made; the message says why.</exception>
    public static async Task<SandboxedProcess> StartAsync(
        ProcessLoop loop, string bubblewrap, SandboxSpec spec, IReadOnlyList<string> command, ProcessStart start, Action<int> beforeRun, CancellationToken cancellationToken)
    {
        var status = new TaskCompletionSource<JsonMap?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var lines = new MemoryStream();
        var complaint = new MemoryStream();
        var ready = false;
        var child = await loop.StartAsync(start with
        {
            Program = bubblewrap,
            Arguments =
            [
                "--args", ProcessStart.DataDescriptor.ToString(CultureInfo.InvariantCulture), "--", .. command,
            ],
            Environment = [],
            Data = Options(spec),
            Gate = true,
            Error = bytes =>
            {
                // Before the program runs, what comes is bubblewrap's.
                if (!Volatile.Read(ref ready))
                {
                    complaint.Write(bytes);
                }

                (start.Terminal is null ? start.Error : start.Output)?.Invoke(bytes);
            },
            Output = start.Output,
            Status = bytes =>
            {
                lines.Write(bytes);
                var text = Encoding.UTF8.GetString(lines.GetBuffer(), 0, (int)lines.Length);
                if (text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end)
                {
                    status.TrySetResult(JsonTree.ParseMap(text[..end]));
                }
                else if (bytes.IsEmpty)
                {
                    status.TrySetResult(null);
                }
            },
        }).ConfigureAwait(false);
        try
        {
            var first = await status.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (first?.Integer("child-pid") is not { } init)
            {
                await child.Exited.ConfigureAwait(false);
                throw new ProcessStartException(Encoding.UTF8.GetString(complaint.GetBuffer(), 0, (int)complaint.Length).Trim() is { Length: > 0 } said ? said : "bubblewrap ended without a word");
            }

            var initDescriptor = Native.OpenPidFileDescriptor((int)init);
            beforeRun((int)init);
            Volatile.Write(ref ready, true);
            child.OpenGate();
            while (!child.Exited.IsCompleted && ProcessChildren.Of((int)init).Count == 0)
            {
                // The first process starts the program in a moment, and has no other way to say so.
                await Task.WhenAny(child.Exited, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken)).ConfigureAwait(false);
            }

            return new(child, (int)init, initDescriptor);
        }
        catch
        {
            child.Signal(9);
            throw;
        }
    }

    /// <summary>Sends a signal to the program.</summary>
    public void Signal(int signal)
    {
        if (MainPid() is { } main)
        {
            _ = Native.Kill(main, signal);
        }
    }

    /// <summary>Ends every process of the sandbox at once.</summary>
    public void Kill() => _bubblewrap.Signal(9);

    /// <summary>Writes to the program's standard input.</summary>
    /// <returns>Whether anybody reads there.</returns>
    public bool Write(ReadOnlySpan<byte> bytes) => _bubblewrap.Write(bytes);

    /// <summary>Ends its standard input.</summary>
    public void CloseInput() => _bubblewrap.CloseInput();

    /// <summary>Changes the size of its terminal.</summary>
    public void Resize(TerminalSize size) => _bubblewrap.Resize(size);

    /// <summary>Gets the number of the sandbox's first process, from which all others descend.</summary>
    public int FirstPid => _init;

    /// <summary>Gets the program's number, as the machine counts, while it runs.</summary>
    public int? MainPid() =>
        // The sandbox's first process is bubblewrap's own, which reaps; the program is the first that it started.
        ProcessChildren.Of(_init) is [var first, ..] ? first : null;

    private async Task<int> EndAsync(int initDescriptor)
    {
        var code = await _bubblewrap.Exited.ConfigureAwait(false);
        if (initDescriptor > 0)
        {
            // The kernel ends the first process when bubblewrap has ended, and with it all others. Until it has, they may
            // hold ports that the next run needs.
            await Task.Run(() => Native.WaitForEnd(initDescriptor)).ConfigureAwait(false);
            _ = Native.Close(initDescriptor);
        }

        return code;
    }

    private static byte[] Options(SandboxSpec spec)
    {
        List<string> options =
        [
            "--unshare-user", "--uid", Number(spec.User), "--gid", Number(spec.Group), "--unshare-pid", "--unshare-ipc", "--unshare-uts",
            "--unshare-cgroup-try", "--hostname", spec.HostName, "--die-with-parent",
            "--json-status-fd", Number(ProcessStart.StatusDescriptor), "--block-fd", Number(ProcessStart.GateDescriptor), "--clearenv",
        ];
        foreach (var (name, value) in spec.Environment)
        {
            options.AddRange(["--setenv", name, value]);
        }

        options.AddRange(RootPlan.Arguments(spec));
        return Encoding.UTF8.GetBytes(string.Concat(options.Select(o => o + "\0")));
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
