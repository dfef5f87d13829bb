using System.Diagnostics;

namespace Ahoi.Cli.Demo;

/// <summary>A real git repository with the slide's branches, for previews of the demo. It is made anew with each start.</summary>
internal sealed class DemoRepository
{
    /// <summary>The branches, and what their pages say.</summary>
    public static readonly (string Branch, string Title)[] Branches = [("master", "the site"), ("live", "the site as it will be"), ("feat/xyz", "something new")];

    private DemoRepository(string folder) => Folder = folder;

    /// <summary>Gets where it is: where pods, which may run as other users, can read it.</summary>
    public string Folder { get; }

    public string Url => $"file://{Folder}";

    /// <summary>Makes it.</summary>
    /// <exception cref="IOException">It cannot be made; the message says why.</exception>
    public static async Task<DemoRepository> MakeAsync(CancellationToken cancellationToken)
    {
        var root = Environment.UserName == "root" ? "/var/lib" : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        var folder = Path.Combine(root, "ahoi-demo", "site.git");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        var repository = new DemoRepository(folder);
        await repository.GitAsync(["init", "--quiet", "--bare", "--initial-branch=master", folder], null, cancellationToken);
        foreach (var (branch, title) in Branches)
        {
            var page = $"<!doctype html><meta charset=utf-8><title>{branch}</title><body style=\"font:2rem system-ui;margin:4rem\"><h1>{branch}</h1><p>{title}</p>\n";
            var blob = await repository.GitAsync(["hash-object", "-w", "--stdin"], page, cancellationToken);
            var tree = await repository.GitAsync(["mktree"], $"100644 blob {blob}\tindex.html\n", cancellationToken);
            var commit = await repository.GitAsync(["commit-tree", tree, "-m", $"{branch}: {title}"], null, cancellationToken);
            await repository.GitAsync(["update-ref", $"refs/heads/{branch}", commit], null, cancellationToken);
        }

        return repository;
    }

    private async Task<string> GitAsync(string[] arguments, string? input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new[] { ("GIT_AUTHOR_NAME", "Ahoi"), ("GIT_COMMITTER_NAME", "Ahoi"), ("GIT_AUTHOR_EMAIL", "demo@localhost"), ("GIT_COMMITTER_EMAIL", "demo@localhost"), ("GIT_CONFIG_NOSYSTEM", "1"), ("HOME", Folder) })
        {
            start.Environment[name] = value;
        }

        try
        {
            using var git = Process.Start(start)!;
            await git.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            git.StandardInput.Close();
            var error = git.StandardError.ReadToEndAsync(cancellationToken);
            var output = await git.StandardOutput.ReadToEndAsync(cancellationToken);
            await git.WaitForExitAsync(cancellationToken);
            return git.ExitCode == 0 ? output.Trim() : throw new IOException($"git {arguments[0]} in {Folder}: {(await error).Trim()}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new IOException("There is no program git; install it.");
        }
    }
}
