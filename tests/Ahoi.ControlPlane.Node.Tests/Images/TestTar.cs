using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Ahoi.ControlPlane.Node.Tests.Images;

/// <summary>Makes small tars, well-formed ones and others.</summary>
internal sealed class TestTar
{
    private readonly MemoryStream _bytes = new();
    private readonly TarWriter _writer;

    public TestTar() => _writer = new(_bytes, TarEntryFormat.Pax, leaveOpen: true);

    public static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    public TestTar File(string name, string content = "", int mode = 0x1A4) => File(name, Encoding.UTF8.GetBytes(content), mode);

    public TestTar File(string name, byte[] content, int mode = 0x1A4) =>
        Add(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), Mode = (UnixFileMode)mode, ModificationTime = DateTimeOffset.UnixEpoch.AddDays(1) });

    public TestTar Folder(string name, int mode = 0x1ED) => Add(new PaxTarEntry(TarEntryType.Directory, name) { Mode = (UnixFileMode)mode });

    public TestTar Link(string name, string target) => Add(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target });

    public TestTar SecondName(string name, string existing) => Add(new PaxTarEntry(TarEntryType.HardLink, name) { LinkName = existing });

    public TestTar SparseFile(string name) =>
        Add(new PaxTarEntry(TarEntryType.RegularFile, "GNUSparseFile.1/" + name, new Dictionary<string, string> { ["GNU.sparse.major"] = "1", ["GNU.sparse.name"] = name }));

    public TestTar Device(string name) => Add(new PaxTarEntry(TarEntryType.CharacterDevice, name) { DeviceMajor = 1, DeviceMinor = 3 });

    public byte[] ToArray()
    {
        _writer.Dispose();
        return _bytes.ToArray();
    }

    private TestTar Add(TarEntry entry)
    {
        _writer.WriteEntry(entry);
        return this;
    }
}
