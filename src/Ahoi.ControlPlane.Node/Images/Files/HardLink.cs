using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Ahoi.ControlPlane.Node.Images.Files;

/// <summary>Second names of files, as the C library makes them.</summary>
internal static partial class HardLink
{
    /// <summary>Gives a file, or a symbolic link itself, another name.</summary>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static void Create(string existing, string name)
    {
        if (Link(existing, name) != 0)
        {
            throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);
}
