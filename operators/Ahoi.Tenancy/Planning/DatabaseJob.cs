using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>A job that runs a script with PostgreSQL's own programs, tried again for a while.</summary>
internal static class DatabaseJob
{
    private const int Attempts = 6; // Kubernetes' own default, said so that nobody has to look it up.

    public static V1Job Of(
        V1ObjectMeta metadata, TenancyOptions options, string container, string script, IEnumerable<V1EnvVar> environment,
        IEnumerable<V1VolumeMount>? mounts = null, IEnumerable<V1Volume>? volumes = null) => new()
    {
        Metadata = metadata,
        Spec = new V1JobSpec
        {
            BackoffLimit = Attempts,
            Template = new V1PodTemplateSpec
            {
                Spec = new V1PodSpec
                {
                    RestartPolicy = "OnFailure",
                    AutomountServiceAccountToken = false,
                    Containers =
                    [
                        new V1Container
                        {
                            Name = container,
                            Image = options.DatabaseImage,
                            Command = ["sh", "-c", script],
                            Env = [.. environment],
                            VolumeMounts = mounts is null ? null : [.. mounts],
                        },
                    ],
                    Volumes = volumes is null ? null : [.. volumes],
                },
            },
        },
    };
}
