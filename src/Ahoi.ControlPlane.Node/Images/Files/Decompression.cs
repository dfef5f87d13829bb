using System.IO.Compression;

namespace Ahoi.ControlPlane.Node.Images.Files;

/// <summary>Reads tars whether they are compressed or not, by how they begin.</summary>
internal static class Decompression
{
    private static readonly (byte[] Beginning, string Name, string Program)[] Unknown =
    [
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd", "unzstd"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz", "unxz"),
        ([0x42, 0x5A, 0x68], "bzip2", "bunzip2"),
    ];

    /// <summary>Gets what is in a file.</summary>
    /// <param name="file">The file, which can be sought in.</param>
    /// <param name="content">Reads it from its beginning.</param>
    /// <param name="source">What it is called in errors.</param>
    /// <exception cref="ImageStoreException">It is compressed in a way that is not known here.</exception>
    public static Stream Open(Stream file, Stream content, string source)
    {
        Span<byte> first = stackalloc byte[6];
        var read = file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        file.Position = 0;
        foreach (var (beginning, name, program) in Unknown)
        {
            if (first[..read].StartsWith(beginning))
            {
                throw new ImageStoreException($"{source} is compressed with {name}, which cannot be read here. Unpack it with {program}, or let it be made with gzip.");
            }
        }

        return first[..read] is [0x1F, 0x8B, ..] ? new GZipStream(content, CompressionMode.Decompress, leaveOpen: true) : content;
    }
}
