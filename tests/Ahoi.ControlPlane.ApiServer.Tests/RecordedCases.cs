namespace Ahoi.ControlPlane.ApiServer.Tests;

/// <summary>
/// Where the recorded scenarios lie. Found upward from the test program rather than from the path
/// of a source file, because a continuous-integration build writes <c>/_/</c> for that.
/// </summary>
internal static class RecordedCases
{
    public static string Folder { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ahoi.slnx")))
            {
                return Path.Combine(folder.FullName, "tests", "Ahoi.Conformance.Tests", "cases");
            }
        }

        throw new InvalidOperationException($"No Ahoi.slnx above {AppContext.BaseDirectory}.");
    }
}
