using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Sandbox;

namespace Ahoi.ControlPlane.Node.Images.Imports;

/// <summary>A folder with images as the OCI image layout has them, or as <c>docker save</c> wrote them.</summary>
internal sealed partial class ImageLayout
{
    private const string RefName = "org.opencontainers.image.ref.name";
    private const string ContainerdName = "io.containerd.image.name";
    private const string DockerReference = "vnd.docker.reference.type";
    private const int DeepestIndex = 4;
    private const long LargestDocument = 16 << 20;

    private readonly string _folder;
    private readonly string _source;

    private ImageLayout(string folder, string source) => (_folder, _source) = (folder, source);

    private bool IsOci => File.Exists(Path.Combine(_folder, "oci-layout")) && File.Exists(Path.Combine(_folder, "index.json"));

    private bool IsDocker => File.Exists(Path.Combine(_folder, "manifest.json"));

    /// <summary>Opens a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="source">What it is called in errors.</param>
    /// <returns><see langword="null"/> where it is no layout.</returns>
    public static ImageLayout? TryOpen(string folder, string source)
    {
        var layout = new ImageLayout(folder, source);
        return layout.IsOci || layout.IsDocker ? layout : null;
    }

    /// <summary>Finds the image for this machine; where there are several, the one of that name.</summary>
    /// <exception cref="ImageStoreException">There is none, several are meant, or a document is damaged.</exception>
    public LayoutImage Find(ImageName name)
    {
        var image = IsOci ? FindOci(name) : FindDocker(name);
        var (os, architecture) = (image.Settings.Text("os"), image.Settings.Text("architecture"));
        return os is not (null or "" or "linux") || (architecture is { Length: > 0 } && architecture != MachineArchitecture.Name)
            ? throw Fault($"is for {os}/{architecture}; this machine is linux/{MachineArchitecture.Name}")
            : image;
    }

    private LayoutImage FindOci(ImageName name)
    {
        var descriptor = Select(Document(File.ReadAllBytes(Path.Combine(_folder, "index.json")), "index.json"), name, 0);
        var manifest = Document(Blob(descriptor), Digest(descriptor));
        var config = manifest.Map("config") ?? throw Fault($"{Digest(descriptor)} names no config");
        var settings = Document(Blob(config), Digest(config));
        var differences = (settings.At("rootfs", "diff_ids") as JsonList)?.Texts.ToList() ?? [];
        var layers = (manifest.List("layers")?.Maps ?? []).ToList();
        return new(Digest(config), Digest(descriptor), settings, [.. layers.Select((l, i) => new LayoutLayer(BlobFile(Digest(l)), Digest(l), Digest(l), l.Integer("size"), differences.Count == layers.Count ? differences[i] : null))]);
    }

    private LayoutImage FindDocker(ImageName name)
    {
        const string file = "manifest.json";
        var images = (Parse(File.ReadAllBytes(Path.Combine(_folder, file)), file) as JsonList)?.Maps.ToList();
        if (images is not { Count: > 0 })
        {
            throw Fault($"has no image in {file}");
        }

        var named = images.Where(i => i.List("RepoTags")?.Texts.Any(t => Names(t, name)) == true).ToList();
        var image = images.Count == 1 ? images[0] : named.Count == 1 ? named[0] : throw Several(images.SelectMany(i => i.List("RepoTags")?.Texts ?? []));
        var configFile = image.Text("Config") ?? throw Fault($"names no Config in {file}");
        var bytes = Read(configFile);
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var promised = Path.GetFileNameWithoutExtension(configFile);
        if (HexPattern().IsMatch(promised) && promised != digest)
        {
            throw Fault($"is damaged: {configFile} has the digest {digest}");
        }

        var settings = Document(bytes, configFile);
        var differences = (settings.At("rootfs", "diff_ids") as JsonList)?.Texts.ToList() ?? [];
        var layers = (image.List("Layers")?.Texts ?? []).ToList();
        return differences.Count != layers.Count
            ? throw Fault($"has {layers.Count} layers in {file}, and {differences.Count} in {configFile}")
            : new("sha256:" + digest, null, settings, [.. layers.Select((l, i) => new LayoutLayer(Inside(l), l, null, null, differences[i]))]);
    }

    private JsonMap Select(JsonMap index, ImageName name, int depth)
    {
        var all = (index.List("manifests")?.Maps ?? []).Where(m => m.Map("annotations")?.ContainsKey(DockerReference) != true).ToList();
        var fitting = all.Where(m => m.Map("platform") is not { } p || (p.Text("os") == "linux" && p.Text("architecture") == MachineArchitecture.Name)).ToList();
        if (fitting.Count == 0)
        {
            throw Fault(all.Count == 0 ? "has no images" : $"has images for {string.Join(", ", all.Select(Platform).Distinct())}; this machine is linux/{MachineArchitecture.Name}");
        }

        var named = fitting.Where(m => References(m).Any(r => Names(r, name))).ToList();
        var chosen = fitting.DistinctBy(Digest).Count() == 1 ? fitting[0]
            : named.DistinctBy(Digest).Count() == 1 ? named[0]
            : throw Several(fitting.SelectMany(m => References(m).Take(1)));
        var type = chosen.Text("mediaType") ?? "";
        var nested = type.Contains("image.index", StringComparison.Ordinal) || type.Contains("manifest.list", StringComparison.Ordinal);
        return !nested ? chosen
            : depth < DeepestIndex ? Select(Document(Blob(chosen), Digest(chosen)), name, depth + 1)
            : throw Fault("has indexes in indexes in indexes");
    }

    private static IEnumerable<string> References(JsonMap manifest) =>
        new[] { manifest.Map("annotations")?.Text(ContainerdName), manifest.Map("annotations")?.Text(RefName) }.OfType<string>();

    private static bool Names(string reference, ImageName name)
    {
        try
        {
            return reference == name.Tag || ImageName.Parse(reference) == name;
        }
        catch (InvalidImageNameException)
        {
            return false; // The annotation may hold anything.
        }
    }

    private static string Platform(JsonMap manifest) => $"{manifest.Map("platform")?.Text("os")}/{manifest.Map("platform")?.Text("architecture")}";

    private string Digest(JsonMap descriptor) =>
        descriptor.Text("digest") is { } digest && DigestPattern().IsMatch(digest) ? digest : throw Fault($"has a descriptor without a sha256 or sha512 digest: {descriptor}");

    private string BlobFile(string digest) => Inside("blobs/" + digest.Replace(':', '/'));

    private byte[] Blob(JsonMap descriptor)
    {
        var digest = Digest(descriptor);
        var bytes = Read("blobs/" + digest.Replace(':', '/'));
        var actual = digest.StartsWith("sha512:", StringComparison.Ordinal) ? SHA512.HashData(bytes) : SHA256.HashData(bytes);
        return digest[7..] == Convert.ToHexStringLower(actual) ? bytes
            : throw Fault($"is damaged: the blob {digest} has the digest {Convert.ToHexStringLower(actual)}");
    }

    private byte[] Read(string path)
    {
        var file = new FileInfo(Inside(path));
        return !file.Exists ? throw Fault($"has no {path}")
            : file.Length > LargestDocument ? throw Fault($"has a {path} of {file.Length.ToString(CultureInfo.InvariantCulture)} bytes, which is no JSON document of an image")
            : File.ReadAllBytes(file.FullName);
    }

    // Names and links of a layout lead nowhere but into it.
    private string Inside(string path) => ImagePath.OnMachine(_folder, ImagePath.Resolve(_folder, "/" + path));

    private JsonMap Document(byte[] json, string name) => Parse(json, name) as JsonMap ?? throw Fault($"is damaged: {name} is no JSON object");

    private object? Parse(byte[] json, string name)
    {
        try
        {
            return JsonTree.Parse(json);
        }
        catch (Exception exception) when (exception is FormatException or System.Text.Json.JsonException)
        {
            throw Fault($"is damaged: {name} is no JSON: {exception.Message}");
        }
    }

    private ImageStoreException Several(IEnumerable<string> names) =>
        Fault($"has several images ({string.Join(", ", names)}); import it by the name of one of them");

    private ImageStoreException Fault(string what) => new($"{_source} {what}.");

    [GeneratedRegex(@"\A(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})\z")]
    private static partial Regex DigestPattern();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex HexPattern();
}
