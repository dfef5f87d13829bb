using System.Collections.Concurrent;
using Ahoi.ControlPlane.Node.Images.Storage;

namespace Ahoi.ControlPlane.Node.Images;

/// <summary>
/// Images in a folder of this machine, for any number of processes at once. What was found stays, whoever removes or
/// replaces its name, until the store that found it is disposed of.
/// </summary>
public sealed class ImageStore : IDisposable
{
    private readonly StoreFolder _folder;
    private readonly ConcurrentDictionary<string, FileStream> _used = new(StringComparer.Ordinal);

    private ImageStore(StoreFolder folder) => _folder = folder;

    /// <summary>Gets the image <c>host</c>: the machine's own root filesystem, with this process's own path.</summary>
    public static Image Host { get; } = HostImage();

    /// <summary>Gets the folder.</summary>
    public string Folder => _folder.Path;

    internal StoreFolder Files => _folder;

    /// <summary>Opens a store. The folder is made when the first image is stored.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The store.</returns>
    /// <exception cref="ImageStoreException">The folder holds a store that cannot be read.</exception>
    public static ImageStore Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var files = new StoreFolder(folder);
        _ = files.Read();
        return new(files);
    }

    /// <summary>Finds an image. The name <c>host</c> is always found: the machine's own root filesystem.</summary>
    /// <param name="reference">The name as users write it: <c>postgres:17</c>, <c>ghcr.io/a/b@sha256:...</c>.</param>
    /// <returns>The image, or <see langword="null"/> where there is none of that name.</returns>
    /// <exception cref="InvalidImageNameException">It is no name of an image.</exception>
    /// <exception cref="ImageStoreException">The store cannot be read.</exception>
    public Image? Find(string reference)
    {
        var name = ImageName.Parse(reference);
        if (name.IsHost)
        {
            return Host;
        }

        // Between a look at the index and the lock the image may have been replaced; then there is another one, or none.
        while (FindEntry(_folder.Read(), name) is var (found, entry))
        {
            if (TryUse(entry.Root))
            {
                return new(found, entry.Id, _folder.RootFolder(entry.Root), entry.Config);
            }

            if (FindEntry(_folder.Read(), name)?.Entry == entry)
            {
                throw new ImageStoreException($"The files of the image {found} are not in {Folder}. Remove it with 'ahoi image rm {reference}' and make it again.");
            }
        }

        return null;
    }

    /// <summary>Lists the images by their names, without <c>host</c>.</summary>
    /// <returns>The images.</returns>
    /// <exception cref="ImageStoreException">The store cannot be read.</exception>
    public IReadOnlyList<StoredImage> List()
    {
        var index = _folder.Read();
        return
        [
            .. index.Images.Select(i => new StoredImage(
                ImageName.Parse(i.Key),
                new(i.Key, i.Value.Id, _folder.RootFolder(i.Value.Root), i.Value.Config),
                index.Roots.TryGetValue(i.Value.Root, out var root) ? root.Size : 0,
                i.Value.Created,
                i.Value.Source)),
        ];
    }

    /// <summary>Removes an image. Its files go once no other image has them and no running cluster uses them.</summary>
    /// <param name="reference">The name as users write it.</param>
    /// <returns>Whether there was such an image.</returns>
    /// <exception cref="InvalidImageNameException">It is no name of an image.</exception>
    /// <exception cref="ImageStoreException">The store cannot be read or written, or the name is <c>host</c>.</exception>
    public bool Remove(string reference)
    {
        var name = ImageName.Parse(reference);
        if (name.IsHost)
        {
            throw new ImageStoreException("The image host is the machine's own root filesystem, which cannot be removed.");
        }

        if (FindEntry(_folder.Read(), name) is null)
        {
            return false;
        }

        var removed = false;
        _folder.Change(index => FindEntry(index, name) is var (found, _) && (removed = index.Images.Remove(found)));
        RemoveUnused();
        return removed;
    }

    /// <summary>Lets go of the images that were found.</summary>
    public void Dispose()
    {
        foreach (var used in _used.Keys)
        {
            if (_used.TryRemove(used, out var held))
            {
                held.Dispose();
            }
        }
    }

    /// <summary>Checks that an image may have a name.</summary>
    /// <exception cref="ImageStoreException">It may not.</exception>
    internal static void CheckNew(ImageName name)
    {
        if (name.IsHost || name.Tag is null || name.Digest is not null)
        {
            throw new ImageStoreException(name.IsHost
                ? "The image host is the machine's own root filesystem. Give the new image another name."
                : $"An image cannot be stored as '{name.ToShortString()}': its digest follows from its content. Give it a name with a tag, as in app:1.");
        }
    }

    /// <summary>Stores an image, in the place of one that has its name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="entry">What it is.</param>
    /// <param name="root">Its root filesystem.</param>
    /// <param name="work">The files; left out where the store has them.</param>
    internal void Add(ImageName name, ImageEntry entry, RootEntry root, WorkFolder? work)
    {
        CheckNew(name);
        _folder.Change(index =>
        {
            if (work is not null)
            {
                _folder.Keep(work, entry.Root);
            }

            foreach (var older in index.Roots.Where(r => r.Key != entry.Root && r.Value.Recipe is { } recipe && recipe == root.Recipe).ToList())
            {
                index.Roots[older.Key] = older.Value with { Recipe = null }; // Whoever builds it next gets the newer one.
            }

            index.Roots[entry.Root] = root;
            index.Images[name.ToString()] = entry;
            return true;
        });
        RemoveUnused();
    }

    private void RemoveUnused()
    {
        var gone = new List<WorkFolder>();
        try
        {
            _folder.Change(index =>
            {
                foreach (var root in index.Roots.Keys.Except(index.Images.Values.Select(i => i.Root)).ToList())
                {
                    if (_folder.TakeAway(root) is { } old)
                    {
                        gone.Add(old);
                        index.Roots.Remove(root);
                    }
                }

                return gone.Count > 0;
            });
        }
        finally
        {
            gone.ForEach(g => g.Dispose());
        }

        _folder.Clear();
    }

    private static (string Name, ImageEntry Entry)? FindEntry(ImageIndex index, ImageName name)
    {
        if (name.Digest is null)
        {
            return index.Images.TryGetValue(name.ToString(), out var entry) ? (name.ToString(), entry) : null;
        }

        var prefix = name.Repository + ":";
        return index.Images.Where(i => i.Key.StartsWith(prefix, StringComparison.Ordinal) && (i.Value.Digest == name.Digest || i.Value.Id == name.Digest))
            .Select(i => ((string, ImageEntry)?)(i.Key, i.Value)).FirstOrDefault();
    }

    /// <summary>Keeps a root filesystem from being deleted.</summary>
    private bool TryUse(string root)
    {
        if (_used.ContainsKey(root))
        {
            return true;
        }

        try
        {
            if (FileLock.TryTake(_folder.UseLock(root), shared: true, create: false) is not { } held)
            {
                return false;
            }

            if (!Directory.Exists(_folder.RootFolder(root)))
            {
                held.Dispose();
                return false;
            }

            if (!_used.TryAdd(root, held))
            {
                held.Dispose();
            }

            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static Image HostImage()
    {
        var path = Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } set ? set : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        return new(ImageName.Host, ImageName.Host, "/", new() { Env = ["PATH=" + path] });
    }
}
