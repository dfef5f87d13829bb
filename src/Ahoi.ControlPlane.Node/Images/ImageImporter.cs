using System.Globalization;
using System.Security.Cryptography;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Images.Files;
using Ahoi.ControlPlane.Node.Images.Imports;
using Ahoi.ControlPlane.Node.Images.Storage;

namespace Ahoi.ControlPlane.Node.Images;

/// <summary>Imports images into a store: tars of a root filesystem, OCI image layouts (a folder or a tar), and what
/// <c>docker save</c> writes.</summary>
/// <param name="store">The store.</param>
/// <param name="time">The clock.</param>
public sealed class ImageImporter(ImageStore store, TimeProvider time)
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Imports an image.</summary>
    /// <param name="name">The image's name; one that is there is replaced.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="progress">Is told what is being done, a line each.</param>
    /// <param name="cancellationToken">Gives up; what was begun is removed.</param>
    /// <returns>The image.</returns>
    /// <exception cref="InvalidImageNameException">The name is none.</exception>
    /// <exception cref="ImageStoreException">It cannot be imported; the message says why, and names the entry.</exception>
    public async Task<StoredImage> ImportAsync(string name, string path, Action<string> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(progress);
        var full = ImageName.Parse(name);
        ImageStore.CheckNew(full);
        if (!Path.Exists(path))
        {
            throw new ImageStoreException($"There is no file or folder {path}.");
        }

        using var work = store.Files.NewWork();
        await Task.Run(() => Import(full, path, work, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
        return store.List().First(i => i.Name == full);
    }

    private void Import(ImageName name, string path, WorkFolder work, Action<string> progress, CancellationToken cancellationToken)
    {
        try
        {
            if (Directory.Exists(path))
            {
                var layout = ImageLayout.TryOpen(path, path)
                    ?? throw new ImageStoreException($"{path} is no OCI image layout: it has neither oci-layout with index.json nor manifest.json. A folder with a root filesystem is imported as a tar: tar -C {path} -cf rootfs.tar .");
                Import(name, layout, path, work, progress, cancellationToken);
                return;
            }

            if (new FileInfo(path).Length == 0)
            {
                throw new ImageStoreException($"{path} is empty.");
            }

            progress($"unpacking {path}");
            var writer = new RootWriter(work.RootFolder);
            var digest = Unpack(path, writer, cancellationToken);
            if (ImageLayout.TryOpen(work.RootFolder, path) is not null)
            {
                // It was not the root filesystem but what layers are kept in.
                var moved = Path.Combine(work.Path, "layout");
                Directory.Move(work.RootFolder, moved);
                Directory.CreateDirectory(work.RootFolder);
                Import(name, ImageLayout.TryOpen(moved, path)!, path, work, progress, cancellationToken); // It was one a moment ago.
                return;
            }

            if (!Directory.EnumerateFileSystemEntries(work.RootFolder).Any())
            {
                throw new ImageStoreException($"{path} has no files.");
            }

            RootPlaces.Prepare(work.RootFolder);
            var entry = new ImageEntry("sha256:" + digest, digest, new() { Env = [DefaultPath] }, time.GetUtcNow(), Path.GetFileName(path));
            store.Add(name, entry, new(writer.Written), work);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ImageStoreException($"{path} cannot be imported: {exception.Message}", exception);
        }
    }

    private static string Unpack(string path, RootWriter writer, CancellationToken cancellationToken)
    {
        using var file = File.OpenRead(path);
        using var content = new HashedStream(Decompression.Open(file, file, path), HashAlgorithmName.SHA256);
        TarExtraction.Unpack(content, path, writer, isLayer: false, _ => true, cancellationToken);
        return content.Digest();
    }

    private void Import(ImageName name, ImageLayout layout, string source, WorkFolder work, Action<string> progress, CancellationToken cancellationToken)
    {
        var image = layout.Find(name);
        var config = Config(image.Settings, source);
        var root = image.Id[(image.Id.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var writer = new RootWriter(work.RootFolder);
        for (var i = 0; i < image.Layers.Count; i++)
        {
            progress(string.Create(CultureInfo.InvariantCulture, $"unpacking layer {i + 1} of {image.Layers.Count}"));
            LayerExtraction.Unpack(image.Layers[i], source, writer, cancellationToken);
        }

        RootPlaces.Prepare(work.RootFolder);
        FolderRemoval.Remove(Path.Combine(work.Path, "layout"));
        store.Add(name, new(image.Id, root, config, time.GetUtcNow(), Path.GetFileName(Path.TrimEndingDirectorySeparator(source)), image.Digest), new(writer.Written), work);
    }

    private static ImageConfig Config(JsonMap settings, string source)
    {
        var config = settings.Map("config") ?? [];
        var environment = Texts(config, "Env");
        if (environment.FirstOrDefault(v => v.IndexOf('=', StringComparison.Ordinal) <= 0) is { } fault)
        {
            throw new ImageStoreException($"{source} is damaged: '{fault}' of config.Env is not written NAME=value.");
        }

        return new()
        {
            Entrypoint = Texts(config, "Entrypoint"),
            Cmd = Texts(config, "Cmd"),
            Env = environment.Any(v => v.StartsWith("PATH=", StringComparison.Ordinal)) ? environment : [DefaultPath, .. environment],
            WorkingDir = config.Text("WorkingDir") is { Length: > 0 } folder ? folder : "/",
            User = config.Text("User") ?? "",
            StopSignal = config.Text("StopSignal") is { Length: > 0 } signal ? signal : "SIGTERM",
        };
    }

    private static List<string> Texts(JsonMap map, string key) => map.List(key)?.Texts.ToList() ?? [];
}
