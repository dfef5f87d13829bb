using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Networking;

/// <summary>Endpoint slices.</summary>
internal sealed class EndpointSliceStrategy : KindStrategy
{
    private const int MaxEndpoints = 1000;
    private const int MaxAddresses = 100;

    public EndpointSliceStrategy() => CountsGeneration = true;

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
    public override void ValidateCreate(JsonMap value, FieldErrors errors)
    {
        Field.Root(value, errors)["addressType"].RequiredOneOf("FQDN", "IPv4", "IPv6");
        base.ValidateCreate(value, errors);
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
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

    private static void Endpoint(Field endpoint, string type)
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

                    address.RoutableIp();
                    break;
                case "FQDN":
                    address.Must(Names.FullyQualified);
                    break;
                default:
                    break;
            }
        }

        endpoint["hostname"].MustIfSet(Names.Label);
        endpoint["nodeName"].MustIfSet(Names.Subdomain);
        endpoint["zone"].MustIfSet(Names.LabelValue);
        foreach (var zone in endpoint["hints"]["forZones"].Items)
        {
            zone["name"].RequiredAnd(Names.LabelValue);
        }
    }
}
