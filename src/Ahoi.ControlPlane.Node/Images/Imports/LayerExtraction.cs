using System.Security.Cryptography;
using Ahoi.ControlPlane.Node.Images.Files;

namespace Ahoi.ControlPlane.Node.Images.Imports;

/// <summary>Puts the layers of an image on top of each other.</summary>
internal static class LayerExtraction
{
    /// <summary>Unpacks a layer, and checks that it is the one that was promised.</summary>
    /// <exception cref="ImageStoreException">It is missing, damaged, or cannot be unpacked.</exception>
    public static void Unpack(LayoutLayer layer, string source, RootWriter writer, CancellationToken cancellationToken)
    {
        if (!File.Exists(layer.File))
        {
            throw new ImageStoreException($"{source} has no layer {layer.Name}; where layers are kept elsewhere, make it with all of them.");
        }

        var name = $"the layer {layer.Name} of {source}";
        using var file = File.OpenRead(layer.File);
        if (layer.Size is { } size && size != file.Length)
        {
            throw new ImageStoreException($"{source} is damaged: the layer {layer.Name} has {file.Length} bytes, not {size}.");
        }

        using var packed = new HashedStream(file, Algorithm(layer.Digest));
        using var unpacked = new HashedStream(Decompression.Open(file, packed, name), Algorithm(layer.Difference));
        writer.BeginLayer();
        TarExtraction.Unpack(unpacked, name, writer, isLayer: true, _ => true, cancellationToken);
        packed.CopyTo(Stream.Null);
        Check(layer.Digest, packed, layer, source);
        Check(layer.Difference, unpacked, layer, source);
    }

    private static void Check(string? promised, HashedStream read, LayoutLayer layer, string source)
    {
        if (promised is not null && promised[(promised.IndexOf(':', StringComparison.Ordinal) + 1)..] != read.Digest())
        {
            throw new ImageStoreException($"{source} is damaged: the layer {layer.Name} has the digest {read.Digest()}, not {promised}.");
        }
    }

    private static HashAlgorithmName Algorithm(string? digest) =>
        digest?.StartsWith("sha512:", StringComparison.Ordinal) == true ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;
}
