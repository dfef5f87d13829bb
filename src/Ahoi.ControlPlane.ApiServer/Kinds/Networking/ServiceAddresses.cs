using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Networking;

/// <summary>
/// Hands out the cluster's addresses and node ports to services: one of each to one service at a time. Kept in memory,
/// filled from the store at start; safe for concurrent use.
/// </summary>
/// <param name="block">The IPv4 block of cluster addresses.</param>
/// <param name="firstPort">The first node port.</param>
/// <param name="lastPort">The last node port.</param>
internal sealed class ServiceAddresses(string block = ServiceAddresses.DefaultBlock, int firstPort = 30000, int lastPort = 32767)
{
    /// <summary>The block of a cluster that asks for none in particular.</summary>
    public const string DefaultBlock = "10.96.0.0/16";

    private readonly Lock _gate = new();
    private readonly HashSet<uint> _ips = [];
    private readonly HashSet<long> _ports = [];
    private readonly (uint First, uint Last) _range = Range(block);
    private uint _nextIp;
    private long _nextPort;

    /// <summary>Gets the first address of the block: the API server's own, where it is a service.</summary>
    public string First => Write(_range.First);

    /// <summary>Takes note of what a stored service holds.</summary>
    /// <param name="service">The service.</param>
    public void Restore(JsonMap service)
    {
        lock (_gate)
        {
            _ips.UnionWith(Ips(service));
            _ports.UnionWith(Ports(service));
        }
    }

    /// <summary>
    /// Gives a service what it needs and has not, after its defaults and before it is stored. What is new is taken at
    /// once, for nobody else to get; what an update leaves stays taken until <see cref="ServiceAllocation.Keep"/>.
    /// </summary>
    /// <param name="service">The service; changed in place.</param>
    /// <param name="old">What is stored, or <see langword="null"/>.</param>
    /// <param name="errors">Collects what cannot be had.</param>
    /// <returns>To keep once the service is stored; disposing of it before gives everything back (also for a dry run).</returns>
    public ServiceAllocation Allocate(JsonMap service, JsonMap? old, FieldErrors errors)
    {
        var spec = service.EnsureMap("spec");
        lock (_gate)
        {
            var (hadIps, hadPorts) = (Ips(old ?? []).ToHashSet(), Ports(old ?? []).ToHashSet());
            var (newIps, newPorts) = (new List<uint>(), new List<long>());
            if (ServiceSpec.IsInCluster(spec))
            {
                AddressLocked(Field.Root(service, errors)["spec"], spec, hadIps, newIps);
            }

            if (ServiceSpec.HasNodePorts(spec) || spec.Maps("ports").Any(p => p.Integer("nodePort") is > 0))
            {
                PortsLocked(Field.Root(service, errors)["spec"]["ports"], ServiceSpec.HasNodePorts(spec), hadPorts, newPorts);
            }

            if (ServiceSpec.NeedsHealthCheck(spec))
            {
                HealthCheckLocked(Field.Root(service, errors)["spec"]["healthCheckNodePort"], spec, hadPorts, newPorts);
            }

            var (nowIps, nowPorts) = (Ips(service).ToHashSet(), Ports(service).ToHashSet());
            return new ServiceAllocation(
                this, newIps, newPorts, [.. hadIps.Where(i => !nowIps.Contains(i))], [.. hadPorts.Where(p => !nowPorts.Contains(p))]);
        }
    }

    /// <summary>Takes back what a deleted service held.</summary>
    /// <param name="service">The service.</param>
    public void Release(JsonMap service) => Release(Ips(service), Ports(service));

    internal void Release(IEnumerable<uint> ips, IEnumerable<long> ports)
    {
        lock (_gate)
        {
            _ips.ExceptWith(ips);
            _ports.ExceptWith(ports);
        }
    }

    private void AddressLocked(Field field, JsonMap spec, HashSet<uint> had, List<uint> taken)
    {
        var headless = spec.Text("clusterIP") == "None";
        if (headless && spec.Map("selector") is null or { Count: 0 } && spec["ipFamilyPolicy"] is null)
        {
            spec["ipFamilies"] = spec.List("ipFamilies") is { Count: > 0 } given ? given : new JsonList { "IPv4", "IPv6" };
            spec["ipFamilyPolicy"] = "RequireDualStack";
        }

        spec.Default("ipFamilyPolicy", "SingleStack");
        if (spec.List("ipFamilies") is null or { Count: 0 })
        {
            spec["ipFamilies"] = new JsonList { "IPv4" };
        }

        if (headless)
        {
            return;
        }

        if (spec.Text("ipFamilyPolicy") == "RequireDualStack")
        {
            field["ipFamilyPolicy"].Invalid("this cluster is not configured for dual-stack services");
            return;
        }

        foreach (var family in field["ipFamilies"].Items.Where(f => f.Text == "IPv6"))
        {
            family.Invalid("not configured on this cluster");
            return;
        }

        if (spec.Text("clusterIP") is { Length: > 0 } asked)
        {
            // A service keeps what it has, also when the range has become another.
            var address = TryRead(asked);
            if (address is null || (!had.Contains(address.Value) && (address < _range.First || address > _range.Last)))
            {
                field["clusterIPs"].Invalid($"failed to allocate IP {asked}: it is not in the cluster's range {block}");
            }
            else if (!had.Contains(address.Value))
            {
                if (_ips.Add(address.Value))
                {
                    taken.Add(address.Value);
                }
                else
                {
                    field["clusterIPs"].Invalid($"failed to allocate IP {asked}: provided IP is already allocated");
                }
            }

            return;
        }

        for (var tries = 0L; tries <= _range.Last - _range.First; tries++)
        {
            var address = _range.First + (_nextIp++ % (_range.Last - _range.First + 1));
            if (_ips.Add(address))
            {
                taken.Add(address);
                spec["clusterIP"] = Write(address);
                spec["clusterIPs"] = new JsonList { Write(address) };
                return;
            }
        }

        field["clusterIPs"].Invalid($"failed to allocate a cluster IP: range {block} is full");
    }

    private void PortsLocked(Field ports, bool allocate, HashSet<long> had, List<long> taken)
    {
        foreach (var port in ports.Items)
        {
            var number = port["nodePort"].Integer;
            if (number == 0)
            {
                if (allocate && TakePortLocked() is { } free)
                {
                    taken.Add(free);
                    port.Map["nodePort"] = free;
                }
            }
            else if (number < firstPort || number > lastPort)
            {
                port["nodePort"].Invalid($"provided port is not in the valid range {firstPort}-{lastPort}");
            }
            else if (!had.Contains(number) && !taken.Contains(number))
            {
                if (_ports.Add(number))
                {
                    taken.Add(number);
                }
                else
                {
                    port["nodePort"].Invalid("provided port is already allocated");
                }
            }
        }
    }

    private void HealthCheckLocked(Field port, JsonMap spec, HashSet<long> had, List<long> taken)
    {
        if (port.Integer == 0)
        {
            if (TakePortLocked() is { } free)
            {
                taken.Add(free);
                spec["healthCheckNodePort"] = free;
            }
        }
        else if (!had.Contains(port.Integer))
        {
            if (port.Integer < firstPort || port.Integer > lastPort || !_ports.Add(port.Integer))
            {
                port.Invalid($"failed to allocate requested port: it is taken, or not in the valid range {firstPort}-{lastPort}");
            }
            else
            {
                taken.Add(port.Integer);
            }
        }
    }

    private long? TakePortLocked()
    {
        var count = lastPort - firstPort + 1;
        for (var tries = 0; tries < count; tries++)
        {
            // A prime stride spreads consecutive services over the range, so that a port freed is not reused at once.
            var port = firstPort + (_nextPort++ * 1021 % count);
            if (_ports.Add(port))
            {
                return port;
            }
        }

        return null;
    }

    private static IEnumerable<uint> Ips(JsonMap service) =>
        (service.Map("spec")?.List("clusterIPs") ?? []).OfType<string>().Select(TryRead).OfType<uint>();

    private static IEnumerable<long> Ports(JsonMap service) =>
        (service.Map("spec") ?? []).Maps("ports").Select(p => p.Integer("nodePort") ?? 0)
            .Append(service.Map("spec")?.Integer("healthCheckNodePort") ?? 0).Where(p => p != 0);

    private static uint? TryRead(string text) =>
        Addresses.IsIpv4(text) ? BinaryPrimitives.ReadUInt32BigEndian(IPAddress.Parse(text).GetAddressBytes()) : null;

    private static string Write(uint address)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPAddress(bytes).ToString();
    }

    private static (uint First, uint Last) Range(string block)
    {
        if (!Addresses.TrySplit(block, out var address, out var prefix) || address.AddressFamily != AddressFamily.InterNetwork || prefix > 30)
        {
            throw new ArgumentException($"'{block}' is no IPv4 block with room for services.", nameof(block));
        }

        // Without the network's own address and the broadcast address.
        var size = 1u << (32 - prefix);
        var start = BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes()) & ~(size - 1);
        return (start + 1, start + size - 2);
    }
}
