using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>Decides which objects answer a customer's webhooks: a Deployment, a Service, and an Ingress where they have a
/// host.</summary>
internal static class WebhooksPlanner
{
    public const string PortName = "http";

    public static string NameOf(Webhooks webhooks) => $"{webhooks.Metadata.Name}-webhooks";

    public static string? HostOf(Webhooks webhooks, TenancyOptions options) =>
        options.WebhooksHost?.Replace("{name}", webhooks.Metadata.Name, StringComparison.Ordinal);

    public static Dictionary<string, string> Selector(string name) => new()
    {
        ["app.kubernetes.io/name"] = "webhooks",
        ["app.kubernetes.io/instance"] = name,
    };

    public static V1Deployment Deployment(Webhooks webhooks, TenancyOptions options, string? credentials) => new()
    {
        Metadata = Metadata(webhooks),
        Spec = new V1DeploymentSpec
        {
            Replicas = webhooks.Spec.Replicas,
            Selector = new V1LabelSelector { MatchLabels = Selector(webhooks.Metadata.Name!) },
            Strategy = new V1DeploymentStrategy
            {
                Type = "RollingUpdate",
                RollingUpdate = new V1RollingUpdateDeployment { MaxUnavailable = 0, MaxSurge = 1 },
            },
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = Selector(webhooks.Metadata.Name!), Annotations = DatabaseClient.Annotations(credentials) },
                Spec = new V1PodSpec
                {
                    AutomountServiceAccountToken = false,
                    Containers =
                    [
                        new V1Container
                        {
                            Name = "webhooks",
                            Image = options.WebhooksImage,
                            Command = options.WebhooksCommand.Count > 0 ? [.. options.WebhooksCommand] : null,
                            Ports = [new V1ContainerPort { Name = PortName, ContainerPort = options.WebhooksPort }],
                            Env =
                            [
                                .. DatabaseClient.Environment(webhooks.Spec.DatabaseSecret),
                                new V1EnvVar { Name = "PORT", Value = options.WebhooksPort.ToString(System.Globalization.CultureInfo.InvariantCulture) },
                            ],
                            ReadinessProbe = new V1Probe
                            {
                                HttpGet = new V1HTTPGetAction { Path = "/healthz", Port = PortName },
                                PeriodSeconds = 2,
                            },
                            // The last requests still come while endpoints are taken away.
                            Lifecycle = new V1Lifecycle { PreStop = new V1LifecycleHandler { Sleep = new V1SleepAction { Seconds = 3 } } },
                        },
                    ],
                },
            },
        },
    };

    public static V1Service Service(Webhooks webhooks) => new()
    {
        Metadata = Metadata(webhooks),
        Spec = new V1ServiceSpec
        {
            Selector = Selector(webhooks.Metadata.Name!),
            Ports = [new V1ServicePort { Name = PortName, Port = 80, TargetPort = PortName }],
        },
    };

    public static V1Ingress Ingress(Webhooks webhooks, string host) => new()
    {
        Metadata = Metadata(webhooks),
        Spec = new V1IngressSpec
        {
            Rules =
            [
                new V1IngressRule
                {
                    Host = host,
                    Http = new V1HTTPIngressRuleValue
                    {
                        Paths =
                        [
                            new V1HTTPIngressPath
                            {
                                Path = "/",
                                PathType = "Prefix",
                                Backend = new V1IngressBackend
                                {
                                    Service = new V1IngressServiceBackend { Name = NameOf(webhooks), Port = new V1ServiceBackendPort { Name = PortName } },
                                },
                            },
                        ],
                    },
                },
            ],
        },
    };

    private static V1ObjectMeta Metadata(Webhooks webhooks) => new()
    {
        Name = NameOf(webhooks),
        NamespaceProperty = webhooks.Metadata.Namespace,
        Labels = Selector(webhooks.Metadata.Name!),
    };
}
