using System.Collections.Concurrent;

namespace Ahoi.ControlPlane.Node.Network.Names;

/// <summary>The names of the cluster at one time. It never changes.</summary>
public sealed class NameSnapshot
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> _hosts = new(StringComparer.Ordinal);
    private readonly string _domain;

    internal NameSnapshot(IReadOnlyList<NameEntry> entries, string domain)
    {
        Entries = entries;
        _domain = domain;
    }

    internal IReadOnlyList<NameEntry> Entries { get; }

    /// <summary>Gets the lines that the hosts file of a pod needs to find Services by their names: short names for those of
    /// its own namespace, <c>NAME.NAMESPACE</c>, <c>NAME.NAMESPACE.svc</c> and the full name for all. An address is there once
    /// for each Service; a name with several addresses has a line for each.</summary>
    /// <param name="namespace">The pod's namespace.</param>
    /// <returns>The lines, in the same order every time.</returns>
    public IReadOnlyList<string> HostsOf(string @namespace)
    {
        ArgumentException.ThrowIfNullOrEmpty(@namespace);
        return _hosts.GetOrAdd(@namespace, Write);
    }

    private string[] Write(string own) => [.. Entries.Select(e => Line(e, own))];

    private string Line(NameEntry entry, string own)
    {
        var name = entry.Hostname is null ? entry.Service.Name : $"{entry.Hostname}.{entry.Service.Name}";
        var full = $"{name}.{entry.Service.Namespace}";
        var brief = entry.Service.Namespace == own ? name + " " : "";
        return $"{entry.Address}\t{brief}{full} {full}.svc {full}.svc.{_domain}";
    }
}
