using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>Decides which objects make up one scheduler: a Deployment of workers.</summary>
internal static class SchedulerPlanner
{
    public static string NameOf(Scheduler scheduler) => $"{scheduler.Metadata.Name}-scheduler";

    public static Dictionary<string, string> Selector(Scheduler scheduler) => new()
    {
        ["app.kubernetes.io/name"] = "scheduler",
        ["app.kubernetes.io/instance"] = scheduler.Metadata.Name!,
    };

    /// <summary>Makes the workers.</summary>
    /// <param name="scheduler">The scheduler.</param>
    /// <param name="options">What holds for all customers.</param>
    /// <param name="workers">How many.</param>
    /// <param name="credentials">The fingerprint of the database's Secret: other credentials, other pods.</param>
    public static V1Deployment Deployment(Scheduler scheduler, TenancyOptions options, int workers, string? credentials) => new()
    {
        Metadata = new V1ObjectMeta { Name = NameOf(scheduler), NamespaceProperty = scheduler.Metadata.Namespace, Labels = Selector(scheduler) },
        Spec = new V1DeploymentSpec
        {
            Replicas = workers,
            Selector = new V1LabelSelector { MatchLabels = Selector(scheduler) },
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = Selector(scheduler), Annotations = DatabaseClient.Annotations(credentials) },
                Spec = new V1PodSpec
                {
                    AutomountServiceAccountToken = false,
                    // A worker that is told to stop finishes its job; this is how long it may take.
                    TerminationGracePeriodSeconds = (long)options.WorkerGrace.TotalSeconds,
                    Containers =
                    [
                        new V1Container
                        {
                            Name = "worker",
                            Image = options.WorkerImage,
                            Command = options.WorkerCommand.Count > 0 ? [.. options.WorkerCommand] : null,
                            Env = DatabaseClient.Environment(scheduler.Spec.DatabaseSecret),
                        },
                    ],
                },
            },
        },
    };
}
