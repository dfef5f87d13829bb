using Ahoi.Api.Json;
using Ahoi.Client.Connections;
using YamlDotNet.Core;

namespace Ahoi.Client.Kubeconfigs;

/// <summary>
/// Clusters, users and contexts as kubectl knows them, merged from one or more files: what the first file says counts, and a
/// relative path means the folder of the file it stands in.
/// </summary>
public sealed class Kubeconfig
{
    private readonly Dictionary<string, KubeconfigEntry> _clusters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KubeconfigEntry> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KubeconfigEntry> _contexts = new(StringComparer.Ordinal);

    private Kubeconfig(IReadOnlyList<string> files) => Files = files;

    /// <summary>Gets the files that were read.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Gets the context to use where nobody names one, or <see langword="null"/>.</summary>
    public string? CurrentContext { get; private set; }

    /// <summary>Gets the contexts' names.</summary>
    public IReadOnlyCollection<string> Contexts => _contexts.Keys;

    /// <summary>Gets the files kubectl would read: those <c>KUBECONFIG</c> names, else the one in the home folder.</summary>
    /// <returns>The files, whether they exist or not.</returns>
    public static IReadOnlyList<string> DefaultFiles()
    {
        var named = Environment.GetEnvironmentVariable("KUBECONFIG");
        return string.IsNullOrEmpty(named)
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")]
            : [.. named.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Distinct()];
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The kubeconfig.</returns>
    /// <exception cref="KubeconfigException">The file is not there or not a kubeconfig.</exception>
    public static Kubeconfig Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return File.Exists(path) ? Load([path]) : throw new KubeconfigException($"There is no file {path}.");
    }

    /// <summary>Reads and merges files.</summary>
    /// <param name="paths">The files, the most important first; those that do not exist are left out.</param>
    /// <returns>The kubeconfig.</returns>
    /// <exception cref="KubeconfigException">A file is not a kubeconfig.</exception>
    public static Kubeconfig Load(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var config = new Kubeconfig([.. paths.Where(File.Exists).Select(Path.GetFullPath)]);
        foreach (var file in config.Files)
        {
            config.Add(file);
        }

        return config;
    }

    /// <summary>Makes the connection a context means.</summary>
    /// <param name="context">The context, or <see langword="null"/> for the current one.</param>
    /// <param name="time">Where time comes from, or <see langword="null"/> for the system's.</param>
    /// <returns>The connection; nothing is contacted yet.</returns>
    /// <exception cref="KubeconfigException">There is no such context, cluster or user, or they are incomplete.</exception>
    public ApiConnection Connection(string? context = null, TimeProvider? time = null)
    {
        var name = context ?? CurrentContext
            ?? throw new KubeconfigException($"{Describe()} has no current context; name one of: {string.Join(", ", Contexts.Order(StringComparer.Ordinal))}.");
        var chosen = Find(_contexts, "context", name);
        var cluster = Find(_clusters, "cluster", chosen.Text("cluster") ?? throw Missing(chosen, "cluster"));
        var user = chosen.Text("user") is { Length: > 0 } userName ? Find(_users, "user", userName) : null;
        return KubeconfigConnection.Create(name, chosen, cluster, user, time ?? TimeProvider.System);
    }

    private void Add(string file)
    {
        JsonMap content;
        try
        {
            content = KubeconfigYaml.Parse(File.ReadAllText(file));
        }
        catch (Exception exception) when (exception is YamlException or IOException or UnauthorizedAccessException or KubeconfigException)
        {
            throw new KubeconfigException($"{file} cannot be read: {exception.Message}", exception);
        }

        CurrentContext ??= content.Text("current-context") is { Length: > 0 } current ? current : null;
        Add(_clusters, "cluster", file, content.List("clusters"));
        Add(_users, "user", file, content.List("users"));
        Add(_contexts, "context", file, content.List("contexts"));
    }

    private static void Add(Dictionary<string, KubeconfigEntry> entries, string kind, string file, JsonList? items)
    {
        foreach (var item in items?.Maps ?? [])
        {
            if (item.Text("name") is { } name)
            {
                entries.TryAdd(name, new(kind, name, file, item.Map(kind) ?? []));
            }
        }
    }

    private KubeconfigEntry Find(Dictionary<string, KubeconfigEntry> entries, string kind, string name) =>
        entries.TryGetValue(name, out var entry)
            ? entry
            : throw new KubeconfigException($"{Describe()} has no {kind} '{name}'.");

    private static KubeconfigException Missing(KubeconfigEntry entry, string what) => new($"{entry} names no {what}.");

    private string Describe() => Files.Count == 0 ? "The empty kubeconfig" : string.Join(", ", Files);
}
