using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Networking;

/// <summary>Endpoint slices.</summary>
internal sealed class EndpointSliceStrategy : KindStrategy
{
    private const int MaxEndpoints = 1000;
    private const int MaxAddresses = 100;
    private const int MaxPorts = 20_000;
    private const int MaxTopology = 16;
    private const int MaxHints = 8;

    private readonly bool _loopback;

    /// <summary>Makes the strategy.</summary>
    /// <param name="loopback">Whether endpoints may have loopback addresses, which Kubernetes refuses.</param>
    public EndpointSliceStrategy(bool loopback = false)
    {
        _loopback = loopback;
        CountsGeneration = true;
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        foreach (var port in value.Maps("ports"))
        {
            port.Default("name", "");
            port.Default("protocol", "TCP");
        }
    }

    /// <inheritdoc/>
    public override bool ChangesGeneration(JsonMap value, JsonMap old) =>
        base.ChangesGeneration(value, old) || !JsonTree.Equals(value.At("metadata", "labels"), old.At("metadata", "labels"));

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        root["addressType"].RequiredOneOf("FQDN", "IPv4", "IPv6");
        Ports(root["ports"]);
        if (root["endpoints"].Count > MaxEndpoints)
        {
            root["endpoints"].TooMany(MaxEndpoints);
            return;
        }

        foreach (var endpoint in root["endpoints"].Items)
        {
            Endpoint(endpoint, root["addressType"].Text);
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors) =>
        Field.Root(value, errors)["addressType"].Immutable(old["addressType"]);

    private static void Ports(Field ports)
    {
        if (ports.Count > MaxPorts)
        {
            ports.TooMany(MaxPorts);
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var port in ports.Items)
        {
            port["name"].MustIfSet(Names.Label);
            if (!names.Add(port["name"].Text))
            {
                port["name"].Duplicate();
            }

            port["protocol"].RequiredOneOf("SCTP", "TCP", "UDP");
            port["appProtocol"].MustIfSet(Names.Qualified);
        }
    }

    private void Endpoint(Field endpoint, string type)
    {
        var addresses = endpoint["addresses"];
        if (addresses.Count == 0)
        {
            addresses.Required("must contain at least 1 address");
        }
        else if (addresses.Count > MaxAddresses)
        {
            addresses.TooMany(MaxAddresses);
        }

        foreach (var address in addresses.Items)
        {
            switch (type)
            {
                case "IPv4" or "IPv6":
                    if (!(type == "IPv4" ? Addresses.IsIpv4(address.Text) : Addresses.IsIpv6(address.Text)))
                    {
                        address.As(addresses.Path).Invalid($"must be a valid {type} address");
                    }

                    address.RoutableIp(_loopback);
                    break;
                case "FQDN":
                    address.Must(Names.FullyQualified);
                    break;
                default:
                    break;
            }
        }

        if (endpoint["nodeName"].Has)
        {
            endpoint["nodeName"].Must(Names.Subdomain);
        }

        if (endpoint["deprecatedTopology"].Count > MaxTopology)
        {
            endpoint["deprecatedTopology"].TooMany(MaxTopology);
        }

        endpoint["deprecatedTopology"].Labels();
        if (endpoint["hostname"].Has)
        {
            endpoint["hostname"].Must(Names.Label);
        }

        Hints(endpoint["hints"]["forZones"], Names.LabelValue);
        Hints(endpoint["hints"]["forNodes"], Names.Subdomain);
    }

    private static void Hints(Field hints, Func<string, string[]> check)
    {
        if (hints.Count > MaxHints)
        {
            hints.TooMany(MaxHints);
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var hint in hints.Items)
        {
            if (!names.Add(hint["name"].Text))
            {
                hint["name"].Duplicate();
            }

            hint["name"].Must(check);
        }
    }
}
