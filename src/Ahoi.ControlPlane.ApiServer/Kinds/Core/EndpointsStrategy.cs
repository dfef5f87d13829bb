using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Core;

/// <summary>Endpoints.</summary>
internal sealed class EndpointsStrategy : KindStrategy
{
    private readonly bool _loopback;

    /// <summary>Makes the strategy.</summary>
    /// <param name="loopback">Whether endpoints may have loopback addresses, which Kubernetes refuses.</param>
    public EndpointsStrategy(bool loopback = false)
    {
        _loopback = loopback;
        AllowsCreateOnUpdate = true;
        RequestWarning = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        foreach (var port in value.Maps("subsets").SelectMany(s => s.Maps("ports")))
        {
            port.Default("protocol", "TCP");
        }
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        foreach (var subset in Field.Root(value, errors)["subsets"].Items)
        {
            if (subset["addresses"].Count == 0 && subset["notReadyAddresses"].Count == 0)
            {
                subset.Required("must specify `addresses` or `notReadyAddresses`");
            }

            foreach (var address in subset["addresses"].Items.Concat(subset["notReadyAddresses"].Items))
            {
                address["ip"].Ip();
                address["hostname"].MustIfSet(Names.Label);
                address["nodeName"].MustIfSet(Names.Subdomain);
                address["ip"].RoutableIp(_loopback);
            }

            foreach (var port in subset["ports"].Items)
            {
                if (subset["ports"].Count > 1)
                {
                    port["name"].MustExist();
                }

                port["name"].MustIfSet(Names.Label);
                port["port"].Port();
                port["protocol"].RequiredOneOf("SCTP", "TCP", "UDP");
                port["appProtocol"].MustIfSet(Names.Qualified);
            }
        }
    }
}
