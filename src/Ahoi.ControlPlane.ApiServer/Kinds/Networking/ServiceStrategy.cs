using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Networking;

/// <summary>Services. Addresses and node ports come from <see cref="ServiceAddresses"/>.</summary>
internal sealed class ServiceStrategy : KindStrategy
{
    public ServiceStrategy()
    {
        HasStatus = true;
        AllowsCreateOnUpdate = true;
        DeleteAnswersObject = true;
        NameFormat = NameFormat.ServiceLabel;
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        var spec = value.EnsureMap("spec");
        spec.Default("sessionAffinity", "None");
        if (spec.Text("sessionAffinity") == "ClientIP")
        {
            spec.EnsureMap("sessionAffinityConfig").EnsureMap("clientIP").Default("timeoutSeconds", 10800);
        }
        else if (spec.Text("sessionAffinity") == "None")
        {
            spec.Remove("sessionAffinityConfig");
        }

        spec.Default("type", "ClusterIP");
        var type = spec.Text("type");
        foreach (var port in spec.Maps("ports"))
        {
            port.Default("protocol", "TCP");
            if (port["targetPort"] is null or "" or 0L)
            {
                port["targetPort"] = port["port"];
            }
        }

        if (type is "NodePort" or "LoadBalancer" || (type == "ClusterIP" && spec.List("externalIPs") is { Count: > 0 }))
        {
            spec.Default("externalTrafficPolicy", "Cluster");
        }

        if (type is "NodePort" or "LoadBalancer" or "ClusterIP")
        {
            spec.Default("internalTrafficPolicy", "Cluster");
        }

        if (type == "LoadBalancer")
        {
            spec.Default("allocateLoadBalancerNodePorts", true);
        }

        foreach (var ingress in (value.Map("status")?.Map("loadBalancer") ?? []).Maps("ingress").Where(i => i.Text("ip") is { Length: > 0 }))
        {
            ingress.Default("ipMode", "VIP");
        }
    }

    /// <inheritdoc/>
    public override void PrepareCreate(JsonMap value)
    {
        base.PrepareCreate(value);
        ServiceSpec.SyncClusterIps(value.EnsureMap("spec"), null);
    }

    /// <inheritdoc/>
    public override void PrepareUpdate(JsonMap value, JsonMap old, string subresource)
    {
        base.PrepareUpdate(value, old, subresource);
        if (subresource.Length == 0)
        {
            ServiceSpec.Patch(value.EnsureMap("spec"), old.Map("spec") ?? []);
        }
    }

    /// <inheritdoc/>
    protected override JsonMap InitialStatus(JsonMap value) => new() { ["loadBalancer"] = new JsonMap() };

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        var type = spec["type"].Text;
        var headless = spec["clusterIP"].Text == "None";
        if (spec["ports"].Count == 0 && !headless && type != "ExternalName")
        {
            spec["ports"].Required();
        }

        ForType(spec, type, headless);
        Ports(spec["ports"], type);
        spec["selector"].Labels();
        if (spec["sessionAffinity"].RequiredOneOf("ClientIP", "None") && spec["sessionAffinity"].Text == "ClientIP")
        {
            spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"].Between(1, 86400);
        }

        spec["type"].RequiredOneOf("ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        if (type != "ExternalName")
        {
            Addressing(spec);
        }

        foreach (var ip in spec["externalIPs"].Items)
        {
            if (ip.Ip())
            {
                ip.RoutableIp();
            }
        }

        foreach (var range in spec["loadBalancerSourceRanges"].Items)
        {
            range.Cidr();
        }

        if (spec["externalTrafficPolicy"].Has)
        {
            spec["externalTrafficPolicy"].OneOf("Cluster", "Local");
        }

        if (spec["internalTrafficPolicy"].Has)
        {
            spec["internalTrafficPolicy"].OneOf("Cluster", "Local");
        }

        if (type != "LoadBalancer")
        {
            foreach (var name in (ReadOnlySpan<string>)["loadBalancerClass", "allocateLoadBalancerNodePorts"])
            {
                if (spec[name].Has)
                {
                    spec[name].Forbidden("may only be used when `type` is 'LoadBalancer'");
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        var was = old.Map("spec") ?? [];
        if (spec["type"].Text != "ExternalName" && was.Text("type") != "ExternalName"
            && was.List("clusterIPs") is [string first, ..] && spec["clusterIPs"].At(0).Text != first)
        {
            spec["clusterIPs"].At(0).Invalid("may not change once set");
        }

        if (spec["type"].Text == "LoadBalancer" && was.Text("type") == "LoadBalancer")
        {
            spec["loadBalancerClass"].Immutable(was["loadBalancerClass"]);
        }
    }

    private static void ForType(Field spec, string type, bool headless)
    {
        switch (type)
        {
            case "LoadBalancer" or "NodePort" when headless:
                spec["clusterIPs"].At(0).Invalid($"may not be set to 'None' for {type} services");
                break;
            case "ExternalName":
                if (spec["clusterIPs"].Count > 0)
                {
                    spec["clusterIPs"].Forbidden("may not be set for ExternalName services");
                }

                foreach (var name in (ReadOnlySpan<string>)["ipFamilies", "ipFamilyPolicy"])
                {
                    if (!spec[name].IsEmpty)
                    {
                        spec[name].Forbidden("may not be set for ExternalName services");
                    }
                }

                if (spec["externalName"].MustExist())
                {
                    (spec["externalName"] with { Value = spec["externalName"].Text.TrimEnd('.') }).Must(Names.Subdomain);
                }

                break;
            default:
                break;
        }
    }

    private static void Ports(Field ports, string type)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var (numbers, nodePorts) = (new HashSet<(string, long)>(), new HashSet<(string, long)>());
        foreach (var port in ports.Items)
        {
            if (port["name"].IsEmpty)
            {
                if (ports.Count > 1)
                {
                    port["name"].Required();
                }
            }
            else
            {
                port["name"].Must(Names.Label);
                if (!names.Add(port["name"].Text))
                {
                    port["name"].Duplicate();
                }
            }

            port["port"].Port();
            port["protocol"].RequiredOneOf("SCTP", "TCP", "UDP");
            port["targetPort"].PortOrName();
            port["appProtocol"].MustIfSet(Names.Qualified);
            var node = port["nodePort"];
            if (node.Integer != 0)
            {
                if (type is "ClusterIP" or "ExternalName")
                {
                    node.Forbidden($"may not be used when `type` is '{type}'");
                }
                else if (!nodePorts.Add((port["protocol"].Text, node.Integer)))
                {
                    node.Duplicate();
                }
            }
        }

        foreach (var port in ports.Items.Where(port => !numbers.Add((port["protocol"].Text, port["port"].Integer))))
        {
            port.Duplicate();
        }
    }

    private static void Addressing(Field spec)
    {
        if (spec["ipFamilyPolicy"].Has)
        {
            spec["ipFamilyPolicy"].OneOf("PreferDualStack", "RequireDualStack", "SingleStack");
        }

        foreach (var family in spec["ipFamilies"].Items)
        {
            family.OneOf("IPv4", "IPv6");
        }

        foreach (var (i, ip) in spec["clusterIPs"].Items.Index())
        {
            if (ip.Text == "None")
            {
                if (i > 0)
                {
                    ip.Invalid("'None' must be the first and only value");
                }
            }
            else
            {
                ip.Ip();
            }
        }

        if (spec["clusterIPs"].Count > 0 && spec["clusterIPs"].At(0).Text != spec["clusterIP"].Text)
        {
            spec["clusterIPs"].Invalid("first value must match `clusterIP`");
        }
    }
}
