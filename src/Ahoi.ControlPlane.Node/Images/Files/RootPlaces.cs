namespace Ahoi.ControlPlane.Node.Images.Files;

/// <summary>What has to be in each root filesystem because the node shows its own there.</summary>
internal static class RootPlaces
{
    private static readonly string[] Folders = ["dev", "proc", "sys", "tmp", "run", "etc"];
    private static readonly string[] Files = ["etc/hosts", "etc/hostname", "etc/resolv.conf"];

    /// <summary>Makes the places. Whatever the files said was another machine's, or this one's, and not the pod's.</summary>
    public static void Prepare(string root)
    {
        var writer = new RootWriter(root);
        foreach (var folder in Folders.Where(f => !Path.Exists(Path.Combine(root, f)) && new FileInfo(Path.Combine(root, f)).LinkTarget is null))
        {
            writer.Folder(folder, (UnixFileMode)0x1ED); // rwxr-xr-x
        }

        foreach (var file in Files)
        {
            writer.Regular(file, (UnixFileMode)0x1A4, null, null); // rw-r--r--
        }
    }
}
