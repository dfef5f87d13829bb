using System.Text.Json;

namespace Ahoi.ControlPlane;

/// <summary>
/// The folder a local cluster keeps itself in: the store, the keys, the kubeconfig. A folder with anything else in it
/// is refused, so that a mistyped path costs nobody a file.
/// </summary>
internal sealed class DataFolder
{
    private const string MarkerName = "ahoi-cluster.json";
    private const int FormatVersion = 1;

    // Images of the user's clusters are kept in the default data folder, and may be there before a cluster is.
    private const string ImagesName = "images";

    private DataFolder(string path) => Path = path;

    public string Path { get; }

    public string StoreFile => System.IO.Path.Combine(Path, "store.db");

    public string KeysFolder => System.IO.Path.Combine(Path, "pki");

    public string TokenSigningKeyFile => System.IO.Path.Combine(KeysFolder, "service-accounts.key");

    public string TokenFile => System.IO.Path.Combine(Path, "admin-token");

    /// <summary>Which of the machine's loopback addresses the cluster's Services have.</summary>
    public string LoopbackPlaceFile => System.IO.Path.Combine(Path, "loopback-place");

    public string Kubeconfig => System.IO.Path.Combine(Path, "kubeconfig");

    /// <summary>Opens the folder, making it where it is missing or empty.</summary>
    /// <exception cref="LocalClusterException">The folder is somebody else's, damaged, or cannot be used.</exception>
    public static DataFolder Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            var marker = System.IO.Path.Combine(full, MarkerName);
            if (File.Exists(marker))
            {
                CheckMarker(full, marker);
            }
            else
            {
                Prepare(full, marker);
            }

            var folder = new DataFolder(full);
            MakePrivate(folder.KeysFolder);
            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalClusterException($"The data folder {full} cannot be used: {exception.Message}", exception);
        }
    }

    private static void Prepare(string full, string marker)
    {
        if (File.Exists(full))
        {
            throw new LocalClusterException($"The data folder {full} is a file. Name a folder with --data.");
        }

        if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any(e => System.IO.Path.GetFileName(e) != ImagesName))
        {
            throw new LocalClusterException(
                $"The folder {full} holds files that are not a cluster's ({MarkerName} is missing); nothing was touched. "
                + "Name an empty folder with --data.");
        }

        MakePrivate(full);
        File.WriteAllText(marker, $"{{ \"format\": {FormatVersion} }}\n");
    }

    private static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static void CheckMarker(string full, string marker)
    {
        int? format = null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(marker));
            format = document.RootElement.TryGetProperty("format", out var value) && value.TryGetInt32(out var number)
                ? number
                : null;
        }
        catch (JsonException)
        {
            // Falls through to the message for a damaged marker.
        }

        switch (format)
        {
            case null:
                throw new LocalClusterException(
                    $"The data folder {full} is damaged ({MarkerName} cannot be read); nothing was touched. "
                    + "Restore it from a copy, or name another folder with --data.");
            case > FormatVersion:
                throw new LocalClusterException(
                    $"The data folder {full} was written by a newer Ahoi (format {format}, this one knows {FormatVersion}); "
                    + "nothing was touched. Use that version, or name another folder with --data.");
            default:
                return;
        }
    }
}
