namespace Ahoi.ControlPlane.Node.Volumes;

/// <summary>Counts what is in a folder.</summary>
internal static class FolderSize
{
    /// <summary>Adds up the files in a folder; links are not followed, and what goes away meanwhile is left out.</summary>
    public static long Of(string folder)
    {
        try
        {
            return new DirectoryInfo(folder)
                .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true })
                .Sum(f => f.Exists ? f.Length : 0);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
