using System.Diagnostics;

namespace Ahoi.ControlPlane.Node.Images.Recipes;

/// <summary>Runs mmdebstrap, which writes a root filesystem of Debian packages as a tar.</summary>
internal static class Mmdebstrap
{
    private const int Terminate = 15;
    private const int Kill = 9;
    private const int KeptLines = 12;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(8);

    /// <summary>Runs it.</summary>
    /// <param name="recipe">What to make.</param>
    /// <param name="scratch">A folder for its files while it runs.</param>
    /// <param name="progress">Is told what it does.</param>
    /// <param name="read">Reads the tar, to its end.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MissingToolException">It is not there, or may not run here.</exception>
    /// <exception cref="ImageStoreException">It failed; the message has what it said.</exception>
    public static async Task RunAsync(ImageRecipe recipe, string scratch, Action<string> progress, Action<Stream> read, TimeProvider time, CancellationToken cancellationToken)
    {
        var program = Tools.Locate("mmdebstrap") ?? throw new MissingToolException(
            "mmdebstrap is missing, which builds images of Debian packages. Install it with: sudo apt-get install mmdebstrap");
        var session = Tools.Find("setsid", "util-linux");
        var mode = Mode();

        // In a session of its own: it signals its whole process group when it fails, and is itself ended as a whole group.
        var start = new ProcessStartInfo(session, [program, .. Arguments(recipe, mode)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (mode == "root")
        {
            // Without root it chooses a folder that its other users can get at.
            start.Environment["TMPDIR"] = scratch;
        }

        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start) ?? throw new ImageStoreException("mmdebstrap was not started.");
        process.StandardInput.Close();
        var said = new Queue<string>();
        var talk = ListenAsync(process.StandardError, said, progress);
        try
        {
            using var ending = cancellationToken.Register(() => End(process));
            Exception? fault = null;
            try
            {
                await Task.Run(() => read(process.StandardOutput.BaseStream), CancellationToken.None).ConfigureAwait(false);
            }
            catch (ImageStoreException exception)
            {
                // Where it fails, its tar is cut off, and its own words say more.
                fault = exception;
                await process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None).ConfigureAwait(false);
            }

            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            await talk.ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (process.ExitCode != 0 && (fault is null || said.Any(l => l.StartsWith("E:", StringComparison.Ordinal))))
            {
                throw new ImageStoreException($"{recipe.Name} cannot be built; mmdebstrap says:\n  {string.Join("\n  ", said)}");
            }

            if (fault is not null)
            {
                throw fault;
            }
        }
        finally
        {
            await FinishAsync(process, time).ConfigureAwait(false);
            await talk.ConfigureAwait(false);
        }
    }

    /// <summary>Chooses how it becomes the image's root user.</summary>
    private static string Mode()
    {
        if (Environment.IsPrivilegedProcess)
        {
            return "root";
        }

        var user = Environment.UserName;
        var ranges = File.Exists("/etc/subuid") ? File.ReadAllLines("/etc/subuid") : [];
        if (!ranges.Any(l => l.StartsWith(user + ":", StringComparison.Ordinal)))
        {
            throw new MissingToolException(
                $"Building images needs a range of user ids for {user}, or root. Give it one with: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}");
        }

        return Tools.Locate("newuidmap") is null
            ? throw new MissingToolException("newuidmap is missing, with which images are built without root. Install it with: sudo apt-get install uidmap")
            : "unshare";
    }

    private static IEnumerable<string> Arguments(ImageRecipe recipe, string mode)
    {
        yield return "--variant=essential";
        yield return "--mode=" + mode;
        yield return "--format=tar";
        if (recipe.Packages.Count > 0)
        {
            yield return "--include=" + string.Join(',', recipe.Packages);
        }

        foreach (var pattern in recipe.LeftOut)
        {
            yield return "--dpkgopt=path-exclude=" + pattern;
        }

        yield return "--dpkgopt=path-include=/usr/share/doc/*/copyright";
        yield return "--";
        yield return recipe.Suite;
        yield return "-";
        yield return recipe.Mirror;
    }

    private static async Task ListenAsync(StreamReader error, Queue<string> said, Action<string> progress)
    {
        while (await error.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith("I: ", StringComparison.Ordinal))
            {
                progress(line[3..]);
                continue;
            }

            said.Enqueue(line);
            if (said.Count > KeptLines)
            {
                said.Dequeue();
            }
        }
    }

    private static void End(Process process)
    {
        try
        {
            Signal(process, Terminate);
        }
        catch (InvalidOperationException)
        {
            // It was never there, or is gone.
        }
    }

    private static void Signal(Process process, int signal)
    {
        if (Processes.Native.Kill(-process.Id, signal) != 0)
        {
            _ = Processes.Native.Kill(process.Id, signal); // It has no group of its own yet.
        }
    }

    /// <summary>Lets it clear up after itself, and ends it where it does not.</summary>
    private static async Task FinishAsync(Process process, TimeProvider time)
    {
        if (process.HasExited)
        {
            return;
        }

        End(process);
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(Grace, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited)
        {
            Signal(process, Kill);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }
}
