using System.Text;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Images.Imports;

namespace Ahoi.ControlPlane.Node.Tests.Images;

/// <summary>Makes small OCI image layouts.</summary>
internal sealed class TestLayout
{
    private readonly JsonList _manifests = [];

    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal) { ["oci-layout"] = """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray() };

    public byte[] Config { get; private set; } = [];

    public string Manifest { get; private set; } = "";

    public TestLayout Add(IReadOnlyList<byte[]> layers, string config = """{"Cmd":["app"]}""", string? architecture = null, string? name = null, string? differences = null)
    {
        architecture ??= MachineArchitecture.Name;
        differences ??= string.Join(',', layers.Select(l => $"\"{TestTar.Digest(Unpacked(l))}\""));
        Config = Encoding.UTF8.GetBytes($$$"""{"architecture":"{{{architecture}}}","os":"linux","config":{{{config}}},"rootfs":{"type":"layers","diff_ids":[{{{differences}}}]}}""");
        var manifest = new JsonMap
        {
            ["schemaVersion"] = 2L,
            ["config"] = Blob(Config),
            ["layers"] = new JsonList(layers.Select(Blob)),
        };
        var descriptor = Blob(JsonTree.ToUtf8(manifest));
        Manifest = descriptor.Text("digest")!;
        descriptor["platform"] = new JsonMap { ["os"] = "linux", ["architecture"] = architecture };
        if (name is not null)
        {
            descriptor["annotations"] = new JsonMap { ["org.opencontainers.image.ref.name"] = name };
        }

        _manifests.Add(descriptor);
        return this;
    }

    /// <summary>Puts what there is into an index of its own, as builders for several machines do.</summary>
    public TestLayout Nest()
    {
        var inner = Blob(JsonTree.ToUtf8(new JsonMap { ["manifests"] = _manifests.DeepClone() }));
        inner["mediaType"] = "application/vnd.oci.image.index.v1+json";
        _manifests.Clear();
        _manifests.Add(inner);
        return this;
    }

    public string WriteTo(string folder)
    {
        Files["index.json"] = JsonTree.ToUtf8(new JsonMap { ["schemaVersion"] = 2L, ["manifests"] = _manifests });
        foreach (var (name, content) in Files)
        {
            var file = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
        }

        return folder;
    }

    public byte[] ToTar()
    {
        Files["index.json"] = JsonTree.ToUtf8(new JsonMap { ["schemaVersion"] = 2L, ["manifests"] = _manifests });
        var tar = new TestTar();
        foreach (var (name, content) in Files)
        {
            tar.File(name, content);
        }

        return tar.ToArray();
    }

    private static byte[] Unpacked(byte[] layer)
    {
        if (layer is not [0x1F, 0x8B, ..])
        {
            return layer;
        }

        using var gzip = new System.IO.Compression.GZipStream(new MemoryStream(layer), System.IO.Compression.CompressionMode.Decompress);
        var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }

    private JsonMap Blob(byte[] content)
    {
        var digest = TestTar.Digest(content);
        Files["blobs/" + digest.Replace(':', '/')] = content;
        return new() { ["digest"] = digest, ["size"] = (long)content.Length };
    }
}
