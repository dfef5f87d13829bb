using System.Text;
using Ahoi.ControlPlane.Node.Processes;

namespace Ahoi.ControlPlane.Node;

/// <summary>The machine's programs that a node needs.</summary>
internal static class Tools
{
    /// <summary>Finds a program.</summary>
    /// <exception cref="MissingToolException">It is not on the path.</exception>
    public static string Find(string program, string package) =>
        Locate(program)
        ?? throw new MissingToolException($"{program} is missing, which the node needs to run pods. Install it with: sudo apt-get install {package}. Without it, leave the node out with --components.");

    /// <summary>Finds a program on the path, or where the system has its own.</summary>
    public static string? Locate(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/bin", "/usr/sbin", "/bin"])
            .Where(f => f.StartsWith('/'))
            .Select(f => Path.Combine(f, program))
            .FirstOrDefault(File.Exists);

    /// <summary>Makes a sandbox, to see that the machine lets this program.</summary>
    /// <exception cref="MissingToolException">It does not; the message says why.</exception>
    public static async Task CheckSandboxAsync(ProcessLoop processes, string bubblewrap, CancellationToken cancellationToken)
    {
        var said = new MemoryStream();
        var check = await processes.StartAsync(new(bubblewrap, ["--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--", "true"], ["PATH=/usr/bin:/bin"])
        {
            Error = bytes => said.Write(bytes),
        }).ConfigureAwait(false);
        if (await check.Exited.WaitAsync(cancellationToken).ConfigureAwait(false) != 0)
        {
            throw new MissingToolException(
                $"bubblewrap cannot make a sandbox here, and without it the node cannot run pods: {Encoding.UTF8.GetString(said.ToArray()).Trim()}. "
                + "User namespaces must be allowed (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns, user.max_user_namespaces). Without the node: --components.");
        }
    }
}
