using System.Globalization;
using Ahoi.ControlPlane.Node.Processes;

namespace Ahoi.ControlPlane.Node.Sandbox;

/// <summary>Starts further programs in a sandbox that runs: exec, hooks and probes. They end with it at the latest.</summary>
internal sealed class SandboxEntry(ProcessLoop loop, string nsenter)
{
    // The dynamic linker and the C library obey these before the program has entered the sandbox; a container that named a
    // library of its own would have it loaded outside.
    private static readonly string[] Refused = ["LD_", "GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH", "NLSPATH", "MALLOC_", "RES_OPTIONS", "HOSTALIASES", "GETCONF_DIR", "NIS_PATH", "LOCALDOMAIN", "RESOLV_HOST_CONF"];

    /// <summary>Stops or goes on reading what a program writes.</summary>
    public void SetReading(ChildProcess process, bool reading) => loop.SetReading(process, reading);

    /// <summary>Ends a program that was started here. It is the child of the process that entered the sandbox.</summary>
    public static void Kill(ChildProcess entered)
    {
        foreach (var child in ProcessChildren.Of(entered.Pid))
        {
            _ = Native.Kill(child, Signals.Kill);
        }

        entered.Signal(Signals.Kill);
    }

    /// <summary>Starts a program in a sandbox.</summary>
    /// <param name="sandbox">The sandbox.</param>
    /// <param name="workingFolder">Where it starts, as the sandbox sees it.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Its variables; those that the dynamic linker reads are left out.</param>
    /// <param name="start">What becomes of its output and input.</param>
    /// <returns>The process, or <see langword="null"/> where the sandbox's program has ended.</returns>
    /// <exception cref="ProcessStartException">It cannot be started.</exception>
    public async Task<ChildProcess?> StartAsync(
        SandboxedProcess sandbox, string workingFolder, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, ProcessStart start)
    {
        if (sandbox.MainPid() is not { } target)
        {
            return null;
        }

        return await loop.StartAsync(start with
        {
            Program = nsenter,
            Arguments =
            [
                "--target", target.ToString(CultureInfo.InvariantCulture), "--user", "--preserve-credentials", "--mount", "--pid", "--uts", "--ipc",
                "--wdns=" + workingFolder, "--", .. command,
            ],
            Environment = [.. environment.Where(e => !Refused.Any(r => e.Key.StartsWith(r, StringComparison.Ordinal))).Select(e => $"{e.Key}={e.Value}")],
        }).ConfigureAwait(false);
    }
}
