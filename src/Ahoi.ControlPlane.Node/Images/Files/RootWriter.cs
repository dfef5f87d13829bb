using Ahoi.ControlPlane.Node.Images.Storage;
using Ahoi.ControlPlane.Node.Sandbox;

namespace Ahoi.ControlPlane.Node.Images.Files;

/// <summary>
/// Writes a root filesystem into a folder, entry by entry. Nothing is ever written outside of it: names cannot climb out,
/// and links on the way are followed as a container would follow them. Every file belongs to whoever runs this program and
/// can be read by it, as a container has one user alone; set-user-id bits would do nothing and are left out.
/// </summary>
internal sealed class RootWriter(string root)
{
    private const UnixFileMode Permissions = (UnixFileMode)0x1FF; // rwxrwxrwx
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    private readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);
    private HashSet<string> _layer = new(StringComparer.Ordinal);

    /// <summary>Gets how many bytes were written.</summary>
    public long Written { get; private set; }

    /// <summary>Begins the next layer: what a layer wrote itself, its own whiteouts do not take away.</summary>
    public void BeginLayer() => _layer = new(StringComparer.Ordinal);

    public void Folder(string name, UnixFileMode mode)
    {
        if (Place(name) is not { } path)
        {
            return; // The root itself.
        }

        if (!Directory.Exists(path) || new DirectoryInfo(path).LinkTarget is not null)
        {
            Clear(path);
            Directory.CreateDirectory(path);
        }

        File.SetUnixFileMode(path, (mode & Permissions) | OwnFolder);
        _layer.Add(path);
    }

    public void Regular(string name, UnixFileMode mode, DateTimeOffset? changed, Stream? content)
    {
        var path = Required(name);
        Clear(path);
        using (var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = OwnFile }))
        {
            content?.CopyTo(file, 1 << 17);
            Written += file.Length;
            File.SetUnixFileMode(file.SafeFileHandle, (mode & Permissions) | OwnFile);
            if (changed is { } time && time > DateTimeOffset.UnixEpoch)
            {
                // Caches of compiled code compare it.
                File.SetLastWriteTimeUtc(file.SafeFileHandle, time.UtcDateTime);
            }
        }

        _layer.Add(path);
    }

    public void Link(string name, string target)
    {
        var path = Required(name);
        Clear(path);
        File.CreateSymbolicLink(path, target);
        _parents.Clear();
        _layer.Add(path);
    }

    public void SecondName(string name, string existing)
    {
        var (path, other) = (Required(name), Required(existing));
        if (!Path.Exists(other) && new FileInfo(other).LinkTarget is null)
        {
            throw new IOException($"it is a second name of '{existing}', which is not there");
        }

        if (path != other)
        {
            Clear(path);
            HardLink.Create(other, path);
        }

        _layer.Add(path);
    }

    /// <summary>Takes away what lower layers have.</summary>
    public void Remove(string name)
    {
        var path = Required(name);
        if (!_layer.Contains(path))
        {
            Clear(path);
        }
    }

    /// <summary>Takes away everything that lower layers have in a folder.</summary>
    public void Empty(string folder)
    {
        if (Directory.Exists(Place(folder) ?? root))
        {
            EmptyFolder(Place(folder) ?? root);
        }
    }

    private bool EmptyFolder(string folder)
    {
        var kept = false;
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            var inner = entry is DirectoryInfo { LinkTarget: null } && EmptyFolder(entry.FullName);
            if (inner || _layer.Contains(entry.FullName))
            {
                kept = true;
            }
            else
            {
                Clear(entry.FullName);
            }
        }

        return kept;
    }

    private string Required(string name) => Place(name) ?? throw new IOException("it stands for the root itself");

    /// <summary>Finds where an entry is on the machine, and makes the folders above it.</summary>
    private string? Place(string name)
    {
        if (name.Contains('\0', StringComparison.Ordinal))
        {
            throw new IOException("its name has a zero byte");
        }

        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToArray();
        if (parts.Contains(".."))
        {
            throw new IOException("its name leads out of the image");
        }

        return parts.Length == 0 ? null : Path.Combine(Parent(string.Join('/', parts[..^1])), parts[^1]);
    }

    private string Parent(string path)
    {
        if (_parents.TryGetValue(path, out var known))
        {
            return known;
        }

        var parent = ImagePath.OnMachine(root, ImagePath.Resolve(root, "/" + path)).TrimEnd('/');
        Directory.CreateDirectory(parent);
        return _parents[path] = parent;
    }

    private void Clear(string path)
    {
        var file = new FileInfo(path);
        if (Directory.Exists(path) && file.LinkTarget is null)
        {
            FolderRemoval.Remove(path);
            _parents.Clear();
        }
        else if (file.Exists || file.LinkTarget is not null)
        {
            file.Delete();
            _parents.Clear();
        }
    }
}
