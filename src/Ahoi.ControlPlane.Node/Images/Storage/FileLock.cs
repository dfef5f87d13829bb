namespace Ahoi.ControlPlane.Node.Images.Storage;

/// <summary>A lock between processes, by a file. It ends with the process that holds it, however that ends.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Takes the lock if nobody else has it.</summary>
    /// <returns>What releases it; <see langword="null"/> where it is taken.</returns>
    /// <exception cref="FileNotFoundException">There is no such file, and <paramref name="create"/> is false.</exception>
    public static FileStream? TryTake(string file, bool shared = false, bool create = true)
    {
        try
        {
            return new(file, create ? FileMode.OpenOrCreate : FileMode.Open, shared ? FileAccess.Read : FileAccess.ReadWrite, shared ? FileShare.Read : FileShare.None, 1);
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException) && File.Exists(file))
        {
            return null;
        }
    }

    /// <summary>Takes the lock as soon as nobody else has it; for what is held for a moment.</summary>
    public static FileStream Take(string file)
    {
        var wait = default(SpinWait);
        FileStream? taken;
        while ((taken = TryTake(file)) is null)
        {
            wait.SpinOnce();
        }

        return taken;
    }

    /// <summary>Takes the lock as soon as nobody else has it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="waiting">Called once where somebody else has it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<FileStream> TakeAsync(string file, Action waiting, CancellationToken cancellationToken)
    {
        if (TryTake(file) is { } free)
        {
            return free;
        }

        waiting();
        while (true)
        {
            await Task.Delay(Pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            if (TryTake(file) is { } taken)
            {
                return taken;
            }
        }
    }
}
