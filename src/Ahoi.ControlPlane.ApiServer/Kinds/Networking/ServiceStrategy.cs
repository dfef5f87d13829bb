using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Networking;

/// <summary>Services. Addresses and node ports come from <see cref="ServiceAddresses"/>.</summary>
internal sealed class ServiceStrategy : KindStrategy
{
    private const long KubeletPort = 10250;

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

        Annotations(Field.Root(value, errors)["metadata"]["annotations"], spec, type);
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
            ServiceAddressRules.Check(spec);
        }

        foreach (var ip in spec["externalIPs"].Items)
        {
            if (ip.Ip())
            {
                ip.RoutableIp();
            }
        }

        Traffic(spec, type);
        if (type != "LoadBalancer")
        {
            foreach (var name in (ReadOnlySpan<string>)["allocateLoadBalancerNodePorts", "loadBalancerClass"])
            {
                if (spec[name].Has)
                {
                    spec[name].Forbidden("may only be used when `type` is 'LoadBalancer'");
                }
            }
        }
        else if (spec["loadBalancerClass"].Has)
        {
            spec["loadBalancerClass"].Must(Names.Qualified);
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        var was = old.Map("spec") ?? [];
        ServiceAddressRules.Change(spec, was);
        if (spec["type"].Text == "LoadBalancer" && was.Text("type") == "LoadBalancer" && !JsonTree.Equals(spec["loadBalancerClass"].Value, was["loadBalancerClass"]))
        {
            spec["loadBalancerClass"].Invalid("may not change once set");
        }

        if (ServiceSpec.NeedsHealthCheck(spec.Map) && ServiceSpec.NeedsHealthCheck(was) && spec["healthCheckNodePort"].Integer != (was.Integer("healthCheckNodePort") ?? 0))
        {
            spec["healthCheckNodePort"].Forbidden("field is immutable");
        }
    }

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        var ingresses = root["status"]["loadBalancer"]["ingress"];
        if (root["spec"]["type"].Text != "LoadBalancer" && ingresses.Count > 0)
        {
            ingresses.Forbidden("may only be used when `spec.type` is 'LoadBalancer'");
            return;
        }

        foreach (var ingress in ingresses.Items)
        {
            var (ip, mode, host) = (ingress["ip"], ingress["ipMode"], ingress["hostname"]);
            if (!ip.IsEmpty)
            {
                ip.Ip();
                if (!mode.Has)
                {
                    mode.Required("must be specified when `ip` is set");
                }
                else
                {
                    mode.OneOf("Proxy", "VIP");
                }
            }
            else if (mode.Has)
            {
                mode.Forbidden("may not be specified when `ip` is not set");
            }

            if (!host.IsEmpty)
            {
                host.Must(Names.Subdomain);
                if (Addresses.IsIp(host.Text))
                {
                    host.Invalid("must be a DNS name, not an IP address");
                }
            }
        }
    }

    private static void Annotations(Field annotations, Field spec, string type)
    {
        const string Hints = "service.kubernetes.io/topology-aware-hints";
        var (hints, mode) = (annotations.Key(Hints), annotations.Key("service.kubernetes.io/topology-mode"));
        if (hints.Has && mode.Has && hints.Text != mode.Text)
        {
            mode.Invalid($"must match annotations[{Hints}] when both are specified");
        }

        // The field is reported with a capital.
        var given = spec["loadBalancerSourceRanges"];
        var old = annotations.Key("service.beta.kubernetes.io/load-balancer-source-ranges");
        var ranges = given.Count > 0 ? given.As(spec.Path + ".LoadBalancerSourceRanges") : old;
        if (given.Count == 0 && !old.Has)
        {
            return;
        }

        if (type != "LoadBalancer")
        {
            ranges.Forbidden("may only be used when `type` is 'LoadBalancer'");
        }

        foreach (var range in ranges.Items)
        {
            (range with { Value = range.Text.Trim() }).Cidr();
        }

        foreach (var range in old.Text.Split(',', StringSplitOptions.TrimEntries).Where(r => given.Count == 0 && old.Text.Trim().Length > 0))
        {
            (old with { Value = range }).Cidr();
        }
    }

    private static void Traffic(Field spec, string type)
    {
        var (external, check, inside, distribution) =
            (spec["externalTrafficPolicy"], spec["healthCheckNodePort"], spec["internalTrafficPolicy"], spec["trafficDistribution"]);
        if (type is "LoadBalancer" or "NodePort" || (type == "ClusterIP" && spec["externalIPs"].Count > 0))
        {
            external.RequiredOneOf("Cluster", "Local");
        }
        else if (!external.IsEmpty)
        {
            external.Invalid("may only be set for externally-accessible services");
        }

        if (ServiceSpec.NeedsHealthCheck(spec.Map))
        {
            if (check.Integer == 0)
            {
                check.Required();
            }
            else
            {
                check.Port();
            }
        }
        else if (check.Integer != 0)
        {
            check.Invalid("may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        }

        if (inside.Has)
        {
            inside.OneOf("Cluster", "Local");
        }
        else if (type is "ClusterIP" or "LoadBalancer" or "NodePort")
        {
            inside.Required();
        }

        if (distribution.Has)
        {
            distribution.OneOf("PreferClose", "PreferSameNode", "PreferSameZone");
        }
    }

    private static void ForType(Field spec, string type, bool headless)
    {
        switch (type)
        {
            case "LoadBalancer" or "NodePort":
                foreach (var port in spec["ports"].Items.Where(p => type == "LoadBalancer" && p["port"].Integer == KubeletPort))
                {
                    (port with { Value = KubeletPort }).Invalid($"may not expose port {KubeletPort} externally since it is used by kubelet");
                }

                if (headless)
                {
                    spec["clusterIPs"].At(0).Invalid($"may not be set to 'None' for {type} services");
                }

                break;
            case "ExternalName":
                if (spec["clusterIPs"].Count > 0)
                {
                    spec["clusterIPs"].Forbidden("may not be set for ExternalName services");
                }

                foreach (var field in (ReadOnlySpan<string>)["ipFamilies", "ipFamilyPolicy"])
                {
                    if (!spec[field].IsEmpty)
                    {
                        spec[field].Forbidden("may not be set for ExternalName services");
                    }
                }

                var name = spec["externalName"].Text;
                (spec["externalName"] with { Value = name.EndsWith('.') ? name[..^1] : name }).RequiredAnd(Names.Subdomain);

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
                if (type == "ClusterIP")
                {
                    node.Forbidden("may not be used when `type` is 'ClusterIP'");
                }

                if (!nodePorts.Add((port["protocol"].Text, node.Integer)))
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
}
