using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Ahoi.Cli.Kubeconfigs;

/// <summary>
/// The cluster's entries in the user's own kubeconfig: cluster, user and context <c>ahoi</c>. They carry a mark, so that only
/// what a run added is taken out at its end, and what a run left that was killed is replaced by the next.
/// </summary>
internal sealed class KubeconfigMerge : IDisposable
{
    public const string Name = "ahoi";

    private const string Mark = "ahoi.dev/up";

    private static readonly string[] Lists = ["clusters", "users", "contexts"];

    private readonly string _file;
    private readonly string _run = Guid.NewGuid().ToString("n", CultureInfo.InvariantCulture);
    private bool _created;
    private bool _isCurrent;
    private bool _disposed;

    private KubeconfigMerge(string file) => _file = file;

    /// <summary>The file that kubectl would write to: the first of those it reads that exists, or else the last.</summary>
    public static string Choose(IReadOnlyList<string> files) => files.FirstOrDefault(File.Exists) ?? files[^1];

    /// <summary>Adds the entries of a cluster's own kubeconfig to the user's.</summary>
    /// <exception cref="CommandFailedException">The user's file is not a kubeconfig, or has such entries that are somebody else's; it is as it was.</exception>
    public static KubeconfigMerge Into(string userFile, string ownFile)
    {
        var target = Path.GetFullPath(userFile);
        // A link stays one: what it leads to is replaced.
        target = File.Exists(target) ? File.ResolveLinkTarget(target, returnFinalTarget: true)?.FullName ?? target : target;
        if (target == Path.GetFullPath(ownFile))
        {
            throw new CommandFailedException($"{userFile} is the cluster's own kubeconfig; there is nothing to merge. Leave --merge out, or unset KUBECONFIG.");
        }

        var merge = new KubeconfigMerge(target);
        merge.Change(root => merge.Add(root, Read(ownFile)));
        return merge;
    }

    /// <summary>Takes out what was added, as far as it is still there.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (File.Exists(_file))
        {
            Change(Remove);
        }
    }

    private void Add(YamlMappingNode root, YamlMappingNode own)
    {
        foreach (var (list, item) in Lists.Select(l => (List: l, Item: Find(own, l) ?? throw new CommandFailedException($"The cluster's own kubeconfig has no {l}."))))
        {
            var existing = Find(root, list);
            if (existing is not null && MarkOf(existing) is null)
            {
                throw new CommandFailedException($"{_file} has something called '{Name}' in {list} that 'ahoi up' did not make; nothing was changed. Rename it, or leave --merge out.");
            }

            if (existing is not null)
            {
                Items(root, list)!.Children.Remove(existing);
            }

            ((YamlMappingNode)item.Children[Content(list)]).Children[new YamlScalarNode("extensions")] = new YamlSequenceNode(new YamlMappingNode(
                "name", Mark, "extension", new YamlMappingNode("run", _run)));
            if (Items(root, list) is { } items)
            {
                items.Style = YamlDotNet.Core.Events.SequenceStyle.Block;
                items.Add(item);
            }
            else
            {
                root.Children[new YamlScalarNode(list)] = new YamlSequenceNode(item);
            }
        }

        if (Text(root, "current-context") is null or "")
        {
            root.Children[new YamlScalarNode("current-context")] = new YamlScalarNode(Name);
            _isCurrent = true;
        }

        root.Children.TryAdd(new YamlScalarNode("apiVersion"), new YamlScalarNode("v1"));
        root.Children.TryAdd(new YamlScalarNode("kind"), new YamlScalarNode("Config"));
    }

    private void Remove(YamlMappingNode root)
    {
        foreach (var list in Lists)
        {
            if (Find(root, list) is { } item && MarkOf(item) == _run)
            {
                Items(root, list)!.Children.Remove(item);
            }
        }

        if (_isCurrent && Text(root, "current-context") == Name)
        {
            root.Children[new YamlScalarNode("current-context")] = new YamlScalarNode("") { Style = ScalarStyle.DoubleQuoted };
        }
    }

    private void Change(Action<YamlMappingNode> change)
    {
        var folder = Path.GetDirectoryName(_file)!; // A full path has one.
        var created = !File.Exists(_file);
        try
        {
            Directory.CreateDirectory(folder);
            using var held = KubeconfigLock.Take(_file);
            var root = created ? [] : Read(_file);
            change(root);
            _created |= created;
            if (_created && _disposed && Lists.All(l => Items(root, l) is null or { Children.Count: 0 }))
            {
                File.Delete(_file); // It was not there before, and nobody put anything into it.
                return;
            }

            Write(root);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"{_file} cannot be changed: {exception.Message}");
        }
    }

    /// <summary>Replaces the file in one step: whoever reads it meanwhile sees the one or the other.</summary>
    private void Write(YamlMappingNode root)
    {
        var next = $"{_file}.{_run}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // There is a token in it.
        }

        try
        {
            using (var file = new FileStream(next, options))
            {
                using var text = new StreamWriter(file);
                var buffer = new StringWriter(CultureInfo.InvariantCulture);
                new YamlStream(new YamlDocument(root)).Save(buffer, assignAnchors: false);
                var yaml = buffer.ToString().ReplaceLineEndings("\n");
                text.Write(yaml.EndsWith("\n...\n", StringComparison.Ordinal) ? yaml[..^4] : yaml);
                text.Flush();
                file.Flush(flushToDisk: true);
            }

            File.Move(next, _file, overwrite: true);
        }
        finally
        {
            File.Delete(next);
        }
    }

    private static YamlMappingNode Read(string file)
    {
        try
        {
            var stream = new YamlStream();
            using var text = File.OpenText(file);
            stream.Load(text);
            return stream.Documents.Count == 0 ? []
                : stream.Documents is [{ RootNode: YamlMappingNode root }] ? root
                : throw new CommandFailedException($"{file} is not a kubeconfig: it is not one map; nothing was changed.");
        }
        catch (YamlException exception)
        {
            throw new CommandFailedException($"{file} is not a kubeconfig: {exception.Message} Nothing was changed.");
        }
    }

    private static string Content(string list) => list[..^1];

    private static YamlSequenceNode? Items(YamlMappingNode root, string list) =>
        root.Children.TryGetValue(new YamlScalarNode(list), out var items) ? items as YamlSequenceNode : null;

    private static YamlMappingNode? Find(YamlMappingNode root, string list) =>
        Items(root, list)?.OfType<YamlMappingNode>().FirstOrDefault(i => Text(i, "name") == Name);

    private static string? MarkOf(YamlMappingNode item)
    {
        var content = item.Children.Where(c => c.Value is YamlMappingNode).Select(c => (YamlMappingNode)c.Value).FirstOrDefault();
        var mark = content is null ? null : Items(content, "extensions")?.OfType<YamlMappingNode>().FirstOrDefault(e => Text(e, "name") == Mark);
        return mark?.Children.TryGetValue(new YamlScalarNode("extension"), out var extension) == true && extension is YamlMappingNode map ? Text(map, "run") : null;
    }

    private static string? Text(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(new YamlScalarNode(key), out var value) ? (value as YamlScalarNode)?.Value : null;
}
