using System.Collections.Concurrent;
using System.Text;

namespace Ahoi.ControlPlane.Node.Network.Names;

/// <summary>The names of the cluster at one time. It never changes.</summary>
public sealed class NameSnapshot
{
    private readonly ConcurrentDictionary<string, string> _hosts = new(StringComparer.Ordinal);
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
    /// <returns>The lines, each with a line feed; the same text every time.</returns>
    public string HostsOf(string @namespace)
    {
        ArgumentException.ThrowIfNullOrEmpty(@namespace);
        return _hosts.GetOrAdd(@namespace, Write);
    }

    private string Write(string own)
    {
        var text = new StringBuilder();
        foreach (var (service, hostname, address) in Entries)
        {
            var name = hostname is null ? service.Name : $"{hostname}.{service.Name}";
            var full = $"{name}.{service.Namespace}";
            text.Append(address).Append('\t');
            if (service.Namespace == own)
            {
                text.Append(name).Append(' ');
            }

            text.Append(full).Append(' ').Append(full).Append(".svc ").Append(full).Append(".svc.").Append(_domain).Append('\n');
        }

        return text.ToString();
    }
}
