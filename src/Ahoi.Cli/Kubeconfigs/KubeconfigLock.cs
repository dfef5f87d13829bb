using System.Diagnostics;

namespace Ahoi.Cli.Kubeconfigs;

/// <summary>Keeps kubectl from writing a kubeconfig at the same time: by a file beside it, as kubectl itself does.</summary>
internal sealed class KubeconfigLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly string _path;

    private KubeconfigLock(string path) => _path = path;

    /// <exception cref="CommandFailedException">Somebody else holds it for too long.</exception>
    public static KubeconfigLock Take(string file)
    {
        var path = file + ".lock";
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                new FileStream(path, FileMode.CreateNew).Dispose();
                return new(path);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (Stopwatch.GetElapsedTime(started) > Patience)
                {
                    throw new CommandFailedException($"{file} is being changed by another program, or one left {path} behind; remove that if none runs.");
                }

                Thread.Sleep(20);
            }
        }
    }

    public void Dispose() => File.Delete(_path);
}
