using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>Decides what keeps one customer from another: how much it may use, and who may call its pods.</summary>
internal static class FencePlanner
{
    /// <summary>The name of the quota, and of what goes with it.</summary>
    public const string Name = "customer";

    /// <summary>Makes the quota, with what containers that do not say get; nothing where there is no quota.</summary>
    public static IEnumerable<object> Quota(Customer customer)
    {
        if (customer.Spec.Quota is not { } quota)
        {
            yield break;
        }

        var hard = new Dictionary<string, ResourceQuantity>();
        var defaults = new Dictionary<string, ResourceQuantity>();
        if (quota.Cpu is { } cpu)
        {
            hard["requests.cpu"] = new(cpu);
            defaults["cpu"] = new("100m");
        }

        if (quota.Memory is { } memory)
        {
            hard["requests.memory"] = new(memory);
            defaults["memory"] = new("128Mi");
        }

        if (quota.Storage is { } storage)
        {
            hard["requests.storage"] = new(StorageSize.Parse(storage).Quantity);
        }

        yield return new V1ResourceQuota { Metadata = Metadata(customer, Name), Spec = new V1ResourceQuotaSpec { Hard = hard } };
        if (defaults.Count > 0)
        {
            // Under a quota, a pod that asks for nothing is refused.
            yield return new V1LimitRange
            {
                Metadata = Metadata(customer, Name),
                Spec = new V1LimitRangeSpec { Limits = [new V1LimitRangeItem { Type = "Container", DefaultRequest = defaults }] },
            };
        }
    }

    /// <summary>Makes the network policies: pods of the namespace reach each other, the operator reaches all, and everybody
    /// the webhooks.</summary>
    public static IEnumerable<object> Network(Customer customer, TenancyOptions options)
    {
        yield return new V1NetworkPolicy
        {
            Metadata = Metadata(customer, Name),
            Spec = new V1NetworkPolicySpec
            {
                PodSelector = new V1LabelSelector(),
                PolicyTypes = ["Ingress"],
                Ingress =
                [
                    new V1NetworkPolicyIngressRule
                    {
                        FromProperty =
                        [
                            new V1NetworkPolicyPeer { PodSelector = new V1LabelSelector() },
                            new V1NetworkPolicyPeer
                            {
                                NamespaceSelector = new V1LabelSelector
                                {
                                    MatchLabels = new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = options.OperatorNamespace },
                                },
                            },
                        ],
                    },
                ],
            },
        };
        if (customer.Spec.Features.Webhooks is { Enabled: true })
        {
            yield return new V1NetworkPolicy
            {
                Metadata = Metadata(customer, "webhooks"),
                Spec = new V1NetworkPolicySpec
                {
                    PodSelector = new V1LabelSelector { MatchLabels = WebhooksPlanner.Selector(customer.Metadata.Name!) },
                    PolicyTypes = ["Ingress"],
                    Ingress = [new V1NetworkPolicyIngressRule { Ports = [new V1NetworkPolicyPort { Protocol = "TCP", Port = WebhooksPlanner.PortName }] }],
                },
            };
        }
    }

    private static V1ObjectMeta Metadata(Customer customer, string name) => new()
    {
        Name = name,
        NamespaceProperty = CustomerPlanner.NamespaceOf(customer),
        Labels = CustomerPlanner.Labels(customer),
    };
}
