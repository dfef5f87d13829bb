namespace Ahoi.Previews.Tests;

/// <summary>Finds servers that are installed, or that <c>./ahoi test</c> has unpacked: Debian starts one that is installed.</summary>
internal static class ServerPrograms
{
    /// <summary>Finds a server, or skips the test.</summary>
    /// <param name="name">The program.</param>
    /// <param name="folder">Where it is unpacked, below <c>artifacts/tools</c>.</param>
    /// <returns>Its path, and where it was unpacked; <see langword="null"/> where it is installed.</returns>
    public static (string Program, string? Root) Find(string name, string folder)
    {
        var installed = $"/usr/sbin/{name}";
        if (File.Exists(installed))
        {
            return (installed, null);
        }

        // From artifacts/bin/PROJECT/CONFIGURATION.
        var root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../tools", folder));
        var unpacked = $"{root}{installed}";
        Assert.SkipUnless(File.Exists(unpacked), $"There is no {name}, neither installed nor at {unpacked}, where ./ahoi test puts it.");
        return (unpacked, root);
    }
}
