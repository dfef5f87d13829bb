using System.Text.Json;

namespace Ahoi.ControlPlane.Node.Images.Storage;

/// <summary>
/// A store's files: <c>index.json</c>, <c>contents/ID/</c> with a root filesystem and the lock of those who use it, and
/// <c>work/</c> for what is being made or thrown away. The index is replaced whole; several processes take turns.
/// </summary>
internal sealed class StoreFolder(string path)
{
    private const string RootName = "rootfs";

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    private string IndexFile => System.IO.Path.Combine(Path, "index.json");

    private string Contents => System.IO.Path.Combine(Path, "contents");

    private string Work => System.IO.Path.Combine(Path, "work");

    public string RootFolder(string root) => System.IO.Path.Combine(Contents, root, RootName);

    public string UseLock(string root) => System.IO.Path.Combine(Contents, root, "in-use");

    public string NamedLock(string name) => System.IO.Path.Combine(Work, name + ".lock");

    /// <summary>Reads what there is.</summary>
    /// <exception cref="ImageStoreException">The index is damaged, or of a newer version.</exception>
    public ImageIndex Read()
    {
        try
        {
            var index = File.Exists(IndexFile) ? JsonSerializer.Deserialize(File.ReadAllBytes(IndexFile), ImageIndexJson.Default.ImageIndex) : new();
            return index is null ? throw Damaged("it is empty", new JsonException())
                : index.Format is > 0 and <= ImageIndex.KnownFormat ? index
                : throw new ImageStoreException($"The images in {Path} were stored by a newer Ahoi (format {index.Format}, this one knows {ImageIndex.KnownFormat}). Use that version, or another folder with --images.");
        }
        catch (JsonException exception)
        {
            throw Damaged(exception.Message, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ImageStoreException($"The images in {Path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Changes the index, alone.</summary>
    /// <param name="change">Changes it, and may move folders; says whether it did change it.</param>
    public void Change(Func<ImageIndex, bool> change)
    {
        Prepare();
        using (FileLock.Take(System.IO.Path.Combine(Path, "lock")))
        {
            var index = Read();
            if (change(index))
            {
                var part = IndexFile + ".new";
                using (var file = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None))
                {
                    JsonSerializer.Serialize(file, index, ImageIndexJson.Default.ImageIndex);
                    file.Flush(flushToDisk: true);
                }

                File.Move(part, IndexFile, overwrite: true);
            }
        }
    }

    /// <summary>Makes a folder for something that is being made.</summary>
    public WorkFolder NewWork()
    {
        Prepare();
        return new(System.IO.Path.Combine(Work, Guid.NewGuid().ToString("N")), RootName);
    }

    /// <summary>Gives a root filesystem its place.</summary>
    public void Keep(WorkFolder work, string root)
    {
        var place = System.IO.Path.Combine(Contents, root);
        if (!Directory.Exists(place))
        {
            File.WriteAllBytes(System.IO.Path.Combine(work.Path, "in-use"), []);
            Directory.Move(work.Path, place);
        }
    }

    /// <summary>Takes a root filesystem away that no image names, unless somebody uses it.</summary>
    /// <param name="root">Its id.</param>
    /// <returns>Its folder, for <see cref="Clear"/>; <see langword="null"/> where it stays.</returns>
    public WorkFolder? TakeAway(string root)
    {
        var place = System.IO.Path.Combine(Contents, root);
        if (!Directory.Exists(place))
        {
            return NewWork();
        }

        using var alone = FileLock.TryTake(UseLock(root));
        if (alone is null)
        {
            return null;
        }

        var work = NewWork();
        Directory.Move(place, System.IO.Path.Combine(work.Path, "old"));
        return work;
    }

    /// <summary>Deletes what processes left that ended while they made something.</summary>
    public void Clear()
    {
        if (!Directory.Exists(Work))
        {
            return;
        }

        foreach (var folder in Directory.EnumerateDirectories(Work))
        {
            WorkFolder.TryReopen(folder)?.Dispose();
        }
    }

    private void Prepare()
    {
        try
        {
            Directory.CreateDirectory(Contents);
            Directory.CreateDirectory(Work);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ImageStoreException($"The folder {Path} for images cannot be used: {exception.Message}. Name another one with --images.", exception);
        }
    }

    private ImageStoreException Damaged(string how, Exception cause) => new(
        $"{IndexFile} is damaged ({how}); nothing was touched. Restore it from a copy, or delete the folder {Path} and make its images again.", cause);
}
