using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Networking;

/// <summary>Network policies.</summary>
internal sealed class NetworkPolicyStrategy : KindStrategy
{
    public NetworkPolicyStrategy() => CountsGeneration = true;

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        var spec = value.EnsureMap("spec");
        spec.EnsureMap("podSelector");
        foreach (var port in spec.Maps("ingress").Concat(spec.Maps("egress")).SelectMany(r => r.Maps("ports")))
        {
            port.Default("protocol", "TCP");
        }

        if (spec.List("policyTypes") is null or { Count: 0 })
        {
            spec["policyTypes"] = spec.List("egress") is { Count: > 0 } ? new JsonList { "Ingress", "Egress" } : new JsonList { "Ingress" };
        }
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        spec["podSelector"].LabelSelector();
        Rules(spec["ingress"], "from");
        Rules(spec["egress"], "to");
        var types = spec["policyTypes"];
        if (types.Count > 2)
        {
            types.Invalid("may not specify more than two policyTypes");
            return;
        }

        foreach (var type in types.Items)
        {
            type.OneOf("Egress", "Ingress");
        }
    }

    private static void Rules(Field rules, string peers)
    {
        foreach (var rule in rules.Items)
        {
            foreach (var port in rule["ports"].Items)
            {
                Port(port);
            }

            foreach (var peer in rule[peers].Items)
            {
                Peer(peer);
            }
        }
    }

    private static void Port(Field port)
    {
        if (port["protocol"].Has)
        {
            port["protocol"].OneOf("SCTP", "TCP", "UDP");
        }

        var (number, end) = (port["port"], port["endPort"]);
        if (number.Has)
        {
            number.PortOrName();
            if (end.Has)
            {
                if (number.Value is string)
                {
                    end.Invalid("may not be specified when `port` is non-numeric");
                }
                else if (end.Integer < number.Integer)
                {
                    end.Invalid("must be greater than or equal to `port`");
                }

                end.Port();
            }
        }
        else if (end.Has)
        {
            end.Invalid("may not be specified when `port` is not specified");
        }
    }

    private static void Peer(Field peer)
    {
        var (pods, namespaces, block) = (peer["podSelector"], peer["namespaceSelector"], peer["ipBlock"]);
        pods.LabelSelector();
        namespaces.LabelSelector();
        if (block.Has)
        {
            if (block["cidr"].MustExist())
            {
                block["cidr"].Cidr();
            }

            foreach (var except in block["except"].Items)
            {
                if (except.Cidr() && !Addresses.ContainsStrictly(block["cidr"].Text, except.Text))
                {
                    except.Invalid("must be a strict subset of `cidr`");
                }
            }
        }

        if (!pods.Has && !namespaces.Has && !block.Has)
        {
            peer.Required("must specify a peer");
        }
        else if (block.Has && (pods.Has || namespaces.Has))
        {
            peer.Forbidden("may not specify both ipBlock and another peer");
        }
    }
}
