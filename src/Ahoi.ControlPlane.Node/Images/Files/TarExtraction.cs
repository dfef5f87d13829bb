using System.Formats.Tar;

namespace Ahoi.ControlPlane.Node.Images.Files;

/// <summary>Unpacks tars into a root filesystem.</summary>
internal static class TarExtraction
{
    private const string Sparse = "GNU.sparse.";
    private const string Whiteout = ".wh.";
    private const string WhiteoutOfAll = ".wh..wh..opq";

    /// <summary>Unpacks a tar. Devices, pipes and sockets are left out: a sandbox has its own.</summary>
    /// <param name="tar">The tar, uncompressed; it is read to its end.</param>
    /// <param name="source">What it is called in errors.</param>
    /// <param name="writer">Writes the entries.</param>
    /// <param name="isLayer">Whether names that begin with <c>.wh.</c> say what a layer takes away from those below.</param>
    /// <param name="wanted">Says of an entry's name, without a leading <c>./</c>, whether it is unpacked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ImageStoreException">It is no tar, or an entry cannot be unpacked; the message names it.</exception>
    public static void Unpack(Stream tar, string source, RootWriter writer, bool isLayer, Func<string, bool> wanted, CancellationToken cancellationToken)
    {
        var last = "the beginning";
        try
        {
            using var reader = new TarReader(tar, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                last = $"'{entry.Name}'";
                var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                if (wanted(name))
                {
                    Write(entry, name, source, writer, isLayer);
                }
            }

            // What follows the last entry is padding, and part of a digest.
            tar.CopyTo(Stream.Null);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
        {
            throw new ImageStoreException($"{source} is no complete tar: after {last}: {exception.Message}", exception);
        }
        catch (NotSupportedException exception)
        {
            throw new ImageStoreException($"{source} has an entry after {last} that cannot be read here: {exception.Message}", exception);
        }
    }

    private static void Write(TarEntry entry, string name, string source, RootWriter writer, bool isLayer)
    {
        try
        {
            var file = name.TrimEnd('/');
            file = file[(file.LastIndexOf('/') + 1)..];
            if (isLayer && file.StartsWith(Whiteout, StringComparison.Ordinal))
            {
                TakeAway(name[..^file.Length], file, writer);
                return;
            }

            if (entry is PaxTarEntry pax && pax.ExtendedAttributes.Keys.Any(k => k.StartsWith(Sparse, StringComparison.Ordinal)))
            {
                throw new IOException("it is sparse; make the tar without --sparse");
            }

            switch (entry.EntryType)
            {
                case TarEntryType.Directory or TarEntryType.DirectoryList:
                    writer.Folder(name, entry.Mode);
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    writer.Regular(name, entry.Mode, entry.ModificationTime, entry.DataStream);
                    break;
                case TarEntryType.SymbolicLink:
                    writer.Link(name, entry.LinkName);
                    break;
                case TarEntryType.HardLink:
                    writer.SecondName(name, entry.LinkName);
                    break;
                case TarEntryType.BlockDevice or TarEntryType.CharacterDevice or TarEntryType.Fifo
                    or TarEntryType.GlobalExtendedAttributes or TarEntryType.TapeVolume:
                    break;
                default:
                    throw new IOException($"entries of type '{(char)entry.EntryType}' cannot be unpacked");
            }
        }
        catch (Exception exception) when (exception is IOException and not EndOfStreamException or UnauthorizedAccessException)
        {
            throw new ImageStoreException($"The entry '{entry.Name}' of {source} cannot be unpacked: {exception.Message}", exception);
        }
    }

    private static void TakeAway(string folder, string file, RootWriter writer)
    {
        if (file == WhiteoutOfAll)
        {
            writer.Empty(folder);
        }
        else if (file[Whiteout.Length..] is "" or "." or "..")
        {
            throw new IOException("it takes away nothing that could be there");
        }
        else if (!file.StartsWith(Whiteout + Whiteout, StringComparison.Ordinal))
        {
            // Other names that begin twice are a storage driver's own.
            writer.Remove(folder + file[Whiteout.Length..]);
        }
    }
}
