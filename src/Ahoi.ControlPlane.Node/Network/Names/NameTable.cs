using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Node.Network.Services;

namespace Ahoi.ControlPlane.Node.Network.Names;

/// <summary>The names of Services and their endpoints, for the hosts files of pods.</summary>
public sealed class NameTable
{
    private const int LongestChain = 8;

    private readonly string _domain;
    private volatile NameSnapshot _current;

    internal NameTable(string domain)
    {
        _domain = domain;
        _current = new([], domain);
    }

    /// <summary>Tells that names or addresses have changed, after <see cref="Current"/> has them: from one thread at a time, and
    /// never twice for the same. A handler only takes note; what it throws fails the look at the cluster, which is tried again.</summary>
    public event Action<NameSnapshot>? Changed;

    /// <summary>Gets the names as they are now.</summary>
    public NameSnapshot Current => _current;

    internal void Update(IReadOnlyDictionary<ObjectKey, ServiceEntry> services)
    {
        var entries = services.Values.SelectMany(e => EntriesOf(e, services))
            .Distinct()
            .OrderBy(e => e.Service.Namespace, StringComparer.Ordinal)
            .ThenBy(e => e.Service.Name, StringComparer.Ordinal)
            .ThenBy(e => e.Hostname, StringComparer.Ordinal)
            .ThenBy(e => e.Address, StringComparer.Ordinal)
            .ToArray();
        if (!entries.SequenceEqual(_current.Entries))
        {
            var next = new NameSnapshot(entries, _domain);
            _current = next;
            Changed?.Invoke(next);
        }
    }

    private IEnumerable<NameEntry> EntriesOf(ServiceEntry entry, IReadOnlyDictionary<ObjectKey, ServiceEntry> services)
    {
        var key = entry.Service.Key;
        if (entry.Service.ExternalName is { } external)
        {
            return AddressesOf(external, services, LongestChain).Select(a => new NameEntry(key, null, a));
        }

        if (entry.Service.ClusterIp is { } address)
        {
            return [new(key, null, address.ToString())];
        }

        return entry.Service.IsHeadless
            ? Endpoints(entry).SelectMany(e => e.Hostname is { Length: > 0 } hostname
                ? [new(key, null, e.Address.ToString()), new NameEntry(key, hostname, e.Address.ToString())]
                : (NameEntry[])[new(key, null, e.Address.ToString())])
            : [];
    }

    private static IEnumerable<SliceEndpoint> Endpoints(ServiceEntry entry) =>
        entry.Slices.SelectMany(s => s.Endpoints).Where(e => e.IsReady || entry.Service.PublishesAll);

    /// <summary>Gets the addresses of a name inside of the cluster; others are not looked up.</summary>
    private IEnumerable<string> AddressesOf(string name, IReadOnlyDictionary<ObjectKey, ServiceEntry> services, int depth)
    {
        var parts = name.TrimEnd('.').ToLowerInvariant() switch
        {
            var full when full.EndsWith($".svc.{_domain}", StringComparison.Ordinal) => full[..^(_domain.Length + 5)].Split('.'),
            "localhost" => ["localhost"],
            _ => [],
        };
        if (parts is ["localhost"])
        {
            return ["127.0.0.1"];
        }

        if (depth == 0 || parts is not [var service, var @namespace] || !services.TryGetValue(new(@namespace, service), out var entry))
        {
            return [];
        }

        return entry.Service.ExternalName is { } next
            ? AddressesOf(next, services, depth - 1)
            : entry.Service.ClusterIp is { } address ? [address.ToString()] : Endpoints(entry).Select(e => e.Address.ToString());
    }
}
