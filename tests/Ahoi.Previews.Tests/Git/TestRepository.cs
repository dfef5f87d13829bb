using System.Diagnostics;

namespace Ahoi.Previews.Tests.Git;

/// <summary>A real git repository of a test's own.</summary>
internal sealed class TestRepository : IDisposable
{
    // Not below /tmp, of which each pod has its own.
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "repositories", Guid.NewGuid().ToString("n")));

    public TestRepository()
    {
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101); // Pods read it as other users.
        Run("init", "--quiet", "--initial-branch=main");
    }

    public string Url => $"file://{_folder.FullName}";

    public string Folder => _folder.FullName;

    /// <summary>Commits a page to a branch, which is made where there is none.</summary>
    /// <returns>The commit.</returns>
    public string Push(string branch, string content)
    {
        var blob = Run(["hash-object", "-w", "--stdin"], content);
        var tree = Run(["mktree"], $"100644 blob {blob}\tindex.html\n");
        var commit = Run(["commit-tree", tree, "-m", "a change"]);
        Run("update-ref", $"refs/heads/{branch}", commit);
        return commit;
    }

    public void Delete(string branch) => Run("update-ref", "-d", $"refs/heads/{branch}");

    /// <summary>Makes many branches at once.</summary>
    public void PushMany(IEnumerable<string> branches, string commit) =>
        Run(["update-ref", "--stdin"], string.Concat(branches.Select(b => $"update refs/heads/{b} {commit}\n")));

    public void MoveAway() => Directory.Move(Path.Combine(Folder, ".git"), Path.Combine(Folder, "away"));

    public void MoveBack() => Directory.Move(Path.Combine(Folder, "away"), Path.Combine(Folder, ".git"));

    public void Dispose() => _folder.Delete(recursive: true);

    private string Run(params string[] arguments) => Run(arguments, null);

    private string Run(string[] arguments, string? input)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var name in (string[])["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"])
        {
            start.Environment[name] = "Test";
        }

        foreach (var name in (string[])["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"])
        {
            start.Environment[name] = "test@example.com";
        }

        using var git = Process.Start(start)!;
        git.StandardInput.Write(input);
        git.StandardInput.Close();
        var output = git.StandardOutput.ReadToEnd();
        var error = git.StandardError.ReadToEnd();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, error);
        return output.Trim();
    }
}
