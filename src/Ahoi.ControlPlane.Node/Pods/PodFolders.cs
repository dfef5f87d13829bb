using Ahoi.ControlPlane.Node.Images.Storage;

namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>The folders that pods leave.</summary>
internal static class PodFolders
{
    private const int Tries = 2; // A program that is just ending may still write.

    /// <summary>Deletes a pod's folder, whatever its programs left in it. What cannot be deleted is left.</summary>
    public static void Delete(string folder)
    {
        for (var tries = 0; tries < Tries && Directory.Exists(folder); tries++)
        {
            try
            {
                FolderRemoval.RemoveTree(new(folder));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Once more, or left.
            }
        }
    }
}
