using System.Globalization;

namespace Ahoi.ControlPlane.Storage.Sqlite;

/// <summary>Keeps a second process away from a store: a locked file beside it, and one that names the holder.</summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    public static StoreLock Take(string storePath)
    {
        var path = storePath + ".lock";
        try
        {
            // FileShare.None is a lock of the operating system's, so it ends with the process however that ends.
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            // A file of its own, because nobody else can read the locked one.
            File.WriteAllText(HolderFile(storePath), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new StoreLock(file);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new StoreInUseException(storePath, ReadHolder(HolderFile(storePath)), exception);
        }
    }

    public void Dispose() => _file.Dispose();

    private static string HolderFile(string storePath) => storePath + ".pid";

    private static int? ReadHolder(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
