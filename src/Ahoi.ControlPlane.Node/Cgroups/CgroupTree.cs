using System.Globalization;
using System.Net;
using Ahoi.Api.Usage;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Node.Cgroups;

/// <summary>
/// Limits containers by Linux's control groups where this program may make some: the unified hierarchy (cgroups(7), version
/// 2) or, where controllers are mounted one by one, version 1. Elsewhere limits are not enforced.
/// </summary>
internal sealed partial class CgroupTree
{
    private const string Mount = "/sys/fs/cgroup";
    private const string Prefix = "ahoi-";
    private static int _named;
    private readonly string? _unified;
    private readonly Dictionary<string, string> _single = new(StringComparer.Ordinal);
    private readonly string? _addresses;

    /// <summary>Finds out what the machine lets this program do.</summary>
    /// <param name="name">The name of the group for all that is made here.</param>
    /// <param name="logger">Is told what is not possible.</param>
    public CgroupTree(string name, ILogger logger)
    {
        try
        {
            var own = File.ReadAllLines("/proc/self/cgroup").Select(l => l.Split(':', 3)).Where(p => p.Length == 3).ToList();
            foreach (var controller in (ReadOnlySpan<string>)["memory", "cpu", "cpuacct", "pids"])
            {
                if (!File.Exists($"{Mount}/{controller}/cgroup.procs"))
                {
                    continue;
                }

                var folder = $"{Mount}/{controller}/{name}";
                Directory.CreateDirectory(folder);
                _single[controller] = folder;
            }

            if (_single.Count == 0 && File.Exists($"{Mount}/cgroup.controllers") && own.FirstOrDefault(p => p[0] == "0") is { } unified)
            {
                _unified = MakeUnified($"{Mount}{unified[2].TrimEnd('/')}", name);
            }

            _unified = _single.Count == 0 ? _unified : null;
            _addresses = _unified ?? MakeAddresses(name);
            foreach (var folder in Folders)
            {
                RemoveAbandoned(Path.GetDirectoryName(folder)!); // It is below a mount.
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogUnavailable(logger, exception);
        }
    }

    /// <summary>Gets whether limits are enforced.</summary>
    public bool IsAvailable => _unified is not null || _single.Count > 0;

    /// <summary>Makes a group for a container, unless none can be made.</summary>
    /// <param name="id">The container.</param>
    /// <param name="limits">What it may use.</param>
    /// <param name="requests">What it asks for; its share of the processors where they are scarce.</param>
    /// <param name="address">The address that it has for 0.0.0.0 and localhost, where the machine lets it; none for the machine's own.</param>
    /// <returns>The group, or <see langword="null"/>.</returns>
    public Cgroup? Make(string id, Amounts limits, Amounts requests, IPAddress? address)
    {
        if (!IsAvailable && _addresses is null)
        {
            return null;
        }

        try
        {
            var group = new Cgroup([.. Folders.Select(f => $"{f}/{id}")], _unified is not null);
            group.Limit(limits, requests);
            if (address is not null && _addresses is not null)
            {
                AddressRewrite.TryAttach($"{_addresses}/{id}", address);
            }

            return group;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private IEnumerable<string> Folders => (_unified is { } unified ? [unified] : _single.Values.AsEnumerable()).Append(_addresses).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Removes what is left: groups without processes.</summary>
    public void Remove()
    {
        foreach (var folder in Folders.Where(Directory.Exists))
        {
            Remove(folder);
        }
    }

    /// <summary>Names the group of a node: with the number of this process, so that those of processes that were killed are known,
    /// and with one of its own in it.</summary>
    public static string NameFor(string node) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{node}-{Interlocked.Increment(ref _named)}-{Environment.ProcessId}");

    private static void RemoveAbandoned(string parent)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            if (folder.LastIndexOf('-') is var at && int.TryParse(folder.AsSpan(at + 1), CultureInfo.InvariantCulture, out var process) && !Directory.Exists($"/proc/{process}"))
            {
                Remove(folder);
            }
        }
    }

    private static void Remove(string folder)
    {
        foreach (var child in Directory.EnumerateDirectories(folder).Append(folder))
        {
            Cgroup.TryRemove(child);
        }
    }

    /// <summary>Makes the group for addresses where version 1 has the controllers: the unified hierarchy is beside it then.</summary>
    private static string? MakeAddresses(string name)
    {
        var mount = new[] { Mount + "/unified", Mount }.FirstOrDefault(m => File.Exists(m + "/cgroup.procs") && File.Exists(m + "/cgroup.controllers"));
        if (mount is null)
        {
            return null;
        }

        Directory.CreateDirectory($"{mount}/{name}");
        return $"{mount}/{name}";
    }

    private static string MakeUnified(string own, string name)
    {
        // Controllers can be handed down only by a group without processes of its own, so the group is made beside ours.
        var parent = own.Length > Mount.Length && File.Exists($"{own}/cgroup.procs") ? Path.GetDirectoryName(own)! : own; // Below the mount.
        foreach (var folder in new[] { own, parent }.Distinct())
        {
            try
            {
                var group = $"{folder}/{name}";
                Directory.CreateDirectory(group);
                File.WriteAllText($"{folder}/cgroup.subtree_control", "+memory +cpu +pids");
                File.WriteAllText($"{group}/cgroup.subtree_control", "+memory +cpu +pids");
                return group;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Not here.
            }
        }

        throw new IOException($"{own} is not delegated to this user.");
    }

    [LoggerMessage(EventId = 9003, Level = LogLevel.Information, Message = "Containers' limits are not enforced: control groups cannot be made here")]
    private static partial void LogUnavailable(ILogger logger, Exception exception);
}
