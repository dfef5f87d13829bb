using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Ahoi.Previews.Tests.Git;

/// <summary>OpenSSH's server, one process for each connection, at a port of its own. It runs in a user namespace, where whoever
/// runs the test is an ordinary user called <c>git</c>: no account, file or port of the machine is used.</summary>
internal sealed class SshGitServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ahoi-sshd-");
    private readonly TestRepository _repository;
    private readonly string _program;
    private readonly Task _serving;

    private SshGitServer(TestRepository repository, string program)
    {
        (_repository, _program) = (repository, program);
        MakeKey("host");
        MakeKey("key");
        File.WriteAllText(At("passwd"), $"git:x:1000:1000::{_folder.FullName}:/bin/sh\n");
        File.WriteAllText(At("config"), $"""
            HostKey {At("host")}
            AuthorizedKeysFile {At("key.pub")}
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            UsePAM no
            StrictModes no
            PidFile none

            """);

        // From version 9.8 on the server is several programs, which know each other by where they would be installed.
        foreach (var (option, part) in (IEnumerable<(string, string)>)[("SshdSessionPath", "sshd-session"), ("SshdAuthPath", "sshd-auth")])
        {
            if (Path.GetFullPath(Path.Combine(program, "../../lib/openssh", part)) is var path && File.Exists(path))
            {
                File.AppendAllText(At("config"), $"{option} {path}\n");
            }
        }

        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Gets the URL of the repository.</summary>
    public string Url => $"ssh://git@127.0.0.1:{Port}{_repository.Folder}";

    /// <summary>Gets the key that opens it.</summary>
    public byte[] Key => File.ReadAllBytes(At("key"));

    /// <summary>Gets the line of <c>known_hosts</c> that says which key the server has.</summary>
    public string KnownHosts => $"[127.0.0.1]:{Port} {File.ReadAllText(At("host.pub"))}";

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Starts it, or skips the test where the machine has no such server.</summary>
    public static SshGitServer Start(TestRepository repository)
    {
        var (program, _) = ServerPrograms.Find("sshd", "openssh-server");
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "There is no bwrap, in which sshd runs.");
        return new(repository, program);
    }

    /// <summary>Makes a key that opens nothing.</summary>
    public byte[] OtherKey()
    {
        MakeKey("other");
        return File.ReadAllBytes(At("other"));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
        _folder.Delete(recursive: true);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private void MakeKey(string name)
    {
        using var made = Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", At(name)]);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using var client = connection;
        var start = new ProcessStartInfo(
            "/usr/bin/bwrap",
            ["--dev-bind", "/", "/", "--ro-bind", At("passwd"), "/etc/passwd", "--unshare-user", "--uid", "1000", "--gid", "1000", "--die-with-parent", _program, "-i", "-e", "-f", At("config")])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64";
        start.Environment["LD_LIBRARY_PATH"] = Path.GetFullPath(Path.Combine(_program, $"../../lib/{architecture}-linux-gnu"));
        using var server = Process.Start(start)!;
        try
        {
            var stream = client.GetStream();
            var log = server.StandardError.ReadToEndAsync(_stop.Token);
            var ahead = CopyAsync(stream, server.StandardInput.BaseStream);
            await server.StandardOutput.BaseStream.CopyToAsync(stream, _stop.Token);
            client.Close();
            await ahead;
            await log;
            await server.WaitForExitAsync(_stop.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The other side went first, or the test is over.
        }
        finally
        {
            if (!server.HasExited)
            {
                server.Kill(entireProcessTree: true);
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, Stream to)
    {
        try
        {
            await from.CopyToAsync(to, _stop.Token);
            to.Close();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection is over.
        }
    }
}
