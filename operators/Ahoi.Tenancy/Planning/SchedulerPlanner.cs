using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>Decides which objects make up one scheduler: a Deployment of workers.</summary>
internal static class SchedulerPlanner
{
    // A worker that is told to stop finishes its job; this is how long it may take.
    private const int GraceSeconds = 60;

    public static V1Deployment Deployment(Scheduler scheduler, TenancyOptions options)
    {
        var labels = new Dictionary<string, string>
        {
            ["app.kubernetes.io/name"] = "scheduler",
            ["app.kubernetes.io/instance"] = scheduler.Metadata.Name!,
        };
        return new V1Deployment
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"{scheduler.Metadata.Name}-scheduler",
                NamespaceProperty = scheduler.Metadata.Namespace,
                Labels = labels,
            },
            Spec = new V1DeploymentSpec
            {
                Replicas = scheduler.Spec.Workers,
                Selector = new V1LabelSelector { MatchLabels = labels },
                Template = new V1PodTemplateSpec
                {
                    Metadata = new V1ObjectMeta { Labels = labels },
                    Spec = new V1PodSpec
                    {
                        TerminationGracePeriodSeconds = GraceSeconds,
                        Containers =
                        [
                            new V1Container
                            {
                                Name = "worker",
                                Image = options.WorkerImage,
                                Command = options.WorkerCommand.Count > 0 ? [.. options.WorkerCommand] : null,
                                EnvFrom = scheduler.Spec.DatabaseSecret is { } secret
                                    ? [new V1EnvFromSource { Prefix = "DATABASE_", SecretRef = new V1SecretEnvSource { Name = secret } }]
                                    : null,
                            },
                        ],
                    },
                },
            },
        };
    }
}
