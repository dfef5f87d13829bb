using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Options;

namespace Ahoi.Previews.Git;

/// <summary>Lists branches by the git program. Nothing goes through a shell, and nothing that a repository or a branch is
/// called can be taken for an option.</summary>
internal sealed class GitProgram(IOptions<PreviewsOptions> options)
{
    // Thousands of branches are some hundred kilobytes.
    private const int OutputLimit = 16 << 20;

    private const string Heads = "refs/heads/";

    /// <summary>The URL that git is given.</summary>
    public static string UrlOf(string repository) => repository.Contains("://", StringComparison.Ordinal) ? repository : $"https://{repository}";

    /// <summary>Lists all branches with their commits.</summary>
    /// <exception cref="GitException">It could not, or not completely.</exception>
    public async Task<IReadOnlyDictionary<string, string>> BranchesAsync(string repository, GitCredentials? credentials, CancellationToken cancellationToken)
    {
        var url = UrlOf(repository);
        if (url.StartsWith("file:", StringComparison.Ordinal) && !options.Value.AllowFileRepositories)
        {
            throw new GitException("FileRepositoryRefused", "file:// repositories are not read by this operator; use https:// or ssh://, or let its administrator set AllowFileRepositories.");
        }

        var folder = Directory.CreateTempSubdirectory("ahoi-git-");
        try
        {
            return Parse(await RunAsync(url, folder.FullName, credentials, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Reads what <c>git ls-remote --heads</c> prints: a commit, a tab and a reference in each line. A line that is
    /// something else makes the whole listing doubtful.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string output)
    {
        var branches = new Dictionary<string, string>(StringComparer.Ordinal);
        if (output.Length > 0 && output[^1] != '\n')
        {
            throw new GitException("ListingIncomplete", "The list of branches ends in the middle of a line.");
        }

        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab is not (40 or 64) || !line[..tab].All(char.IsAsciiHexDigitLower) || !line.AsSpan(tab + 1).StartsWith(Heads, StringComparison.Ordinal))
            {
                throw new GitException("ListingUnreadable", "The list of branches has a line that is not a commit and a branch.");
            }

            branches[line[(tab + 1 + Heads.Length)..]] = line[..tab];
        }

        return branches;
    }

    private async Task<string> RunAsync(string url, string folder, GitCredentials? credentials, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("git")
        {
            ArgumentList =
            {
                "-c", "protocol.allow=never", "-c", "protocol.https.allow=always", "-c", "protocol.ssh.allow=always", "-c", "protocol.file.allow=always",
                "-c", "credential.helper=", "-c", "http.followRedirects=false", "ls-remote", "--heads", "--", url,
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            WorkingDirectory = folder,
        };
        // Nothing of the operator's own user is offered to a repository, and nothing that this user set for git, such as
        // GIT_SSL_NO_VERIFY, makes it trust more. Where the programs and the machine's authorities are stays.
        foreach (var name in start.Environment.Keys.Where(IsOfTheUser).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["HOME"] = folder;
        start.Environment["LC_ALL"] = "C.UTF-8";

        // ssh finds the user's own keys without HOME.
        start.Environment["GIT_SSH_COMMAND"] = "ssh -F /dev/null -o IdentityFile=none -o IdentityAgent=none -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10";
        foreach (var (name, value) in credentials?.WriteTo(folder) ?? [])
        {
            start.Environment[name] = value;
        }

        using var git = Started(start);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.GitTimeout);
        try
        {
            git.StandardInput.Close();
            var error = DrainAsync(git.StandardError, limit.Token);
            var output = await ReadAsync(git.StandardOutput, limit.Token).ConfigureAwait(false);
            await error.ConfigureAwait(false);
            await git.WaitForExitAsync(limit.Token).ConfigureAwait(false);

            // What git says may contain what a server sent, so it is not passed on: messages stay the same and keep secrets.
            return git.ExitCode == 0
                ? output
                : throw new GitException("RepositoryUnreachable", $"git ls-remote ended with {git.ExitCode}: the repository cannot be reached, is none, or refuses the credentials.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GitException("RepositoryTooSlow", $"The repository did not list its branches within {options.Value.GitTimeout.TotalSeconds:0.#} s.");
        }
        finally
        {
            if (!git.HasExited)
            {
                git.Kill(entireProcessTree: true);
            }
        }
    }

    private static bool IsOfTheUser(string variable) =>
        variable is "SSH_AUTH_SOCK" or "SSH_ASKPASS" or "XDG_CONFIG_HOME"
        || (variable.StartsWith("GIT_", StringComparison.Ordinal) && variable is not ("GIT_EXEC_PATH" or "GIT_SSL_CAINFO" or "GIT_SSL_CAPATH"));

    private static Process Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new GitException("GitMissing", "There is no program git beside the operator; install it.");
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[8192];
        while (await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            text.Append(buffer, 0, count);
            if (text.Length > OutputLimit)
            {
                throw new GitException("ListingTooLarge", $"The list of branches has more than {OutputLimit >> 20} MiB.");
            }
        }

        return text.ToString();
    }

    private static async Task DrainAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) > 0)
        {
        }
    }
}
