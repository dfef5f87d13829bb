using System.Text;

namespace Ahoi.Previews.Git;

/// <summary>What opens a repository. It reaches git by files that only this user can read, never by arguments or variables.</summary>
internal sealed class GitCredentials
{
    private readonly IReadOnlyDictionary<string, byte[]> _data;

    public GitCredentials(IReadOnlyDictionary<string, byte[]> data) => _data = data;

    /// <summary>Writes the files into a folder of their own, and says which variables lead git to them.</summary>
    public IEnumerable<KeyValuePair<string, string>> WriteTo(string folder)
    {
        foreach (var name in (string[])["username", "password", "ssh-privatekey", "known_hosts", "ca.crt"])
        {
            if (_data.TryGetValue(name, out var value))
            {
                // ssh refuses keys that do not end with their line.
                Write(Path.Combine(folder, name), name == "ssh-privatekey" && value is not [.., (byte)'\n'] ? [.. value, (byte)'\n'] : value, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        if (_data.ContainsKey("password"))
        {
            var script = Path.Combine(folder, "ask");

            // Forges take any user with a token.
            var user = _data.ContainsKey("username") ? $"cat '{folder}/username'" : "echo git";
            var text = $"#!/bin/sh\ncase \"$1\" in Username*) {user} ;; *) cat '{folder}/password' ;; esac\n";
            Write(script, Encoding.UTF8.GetBytes(text), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            yield return new("GIT_ASKPASS", script);
        }

        if (_data.ContainsKey("ca.crt"))
        {
            yield return new("GIT_SSL_CAINFO", Path.Combine(folder, "ca.crt"));
        }

        if (_data.ContainsKey("ssh-privatekey"))
        {
            yield return new(
                "GIT_SSH_COMMAND",
                $"ssh -F /dev/null -i '{folder}/ssh-privatekey' -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile='{folder}/known_hosts' -o ConnectTimeout=10");
        }
    }

    private static void Write(string path, byte[] content, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using var file = new FileStream(path, options);
        file.Write(content);
    }
}
