using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>Decides which objects make up one database with a server of its own.</summary>
internal static class DatabasePlanner
{
    /// <summary>The annotation with the fingerprint of what the server was started with.</summary>
    public const string ServerAnnotation = Group.Name + "/server";

    private const string DataFolder = "/var/lib/postgresql/data";

    public static V1Secret Secret(Database database, string name, IDictionary<string, byte[]> data, string type = "Opaque") => new()
    {
        Metadata = Metadata(database, name),
        Type = type,
        Data = data,
    };

    /// <summary>The Secret that applications read.</summary>
    public static V1Secret ApplicationSecret(Database database, string host, int port, string databaseName, string username, string password) => Secret(
        database,
        DatabaseNames.Secret(database.Metadata.Name!),
        new Dictionary<string, byte[]>
        {
            ["host"] = Bytes(host),
            ["port"] = Bytes(port.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ["database"] = Bytes(databaseName),
            ["username"] = Bytes(username),
            ["password"] = Bytes(password),
        });

    public static V1Service Service(Database database) => new()
    {
        Metadata = Metadata(database, DatabaseNames.Server(database)),
        Spec = new V1ServiceSpec
        {
            // A fixed address: who keeps connections for long does not have to notice that the server's pod is another.
            Selector = DatabaseNames.Selector(database),
            Ports = [new V1ServicePort { Name = "postgres", Port = DatabaseNames.Port, TargetPort = "postgres" }],
        },
    };

    /// <summary>
    /// The claim of the data's volume. It is made here rather than by the StatefulSet, so that it can grow and outlive it:
    /// a template cannot be changed.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="storage">The size, as a quantity.</param>
    public static V1PersistentVolumeClaim DataClaim(Database database, string storage) => Claim(database, DatabaseNames.DataClaim(database), storage);

    public static V1PersistentVolumeClaim Claim(Database database, string name, string storage) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = database.Metadata.Namespace, Labels = DatabaseNames.DataLabels(database) },
        Spec = new V1PersistentVolumeClaimSpec
        {
            AccessModes = ["ReadWriteOnce"],
            StorageClassName = database.Spec.StorageClassName,
            Resources = new V1VolumeResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = new(storage) } },
        },
    };

    /// <summary>Makes the server.</summary>
    /// <param name="database">The database.</param>
    /// <param name="options">What holds for all customers.</param>
    /// <param name="running">Whether it runs.</param>
    /// <param name="certificates">The fingerprint of its certificates.</param>
    public static V1StatefulSet StatefulSet(Database database, TenancyOptions options, bool running, string certificates)
    {
        var fingerprint = ServerFingerprint(database, options, certificates);
        var metadata = Metadata(database, DatabaseNames.Server(database));
        metadata.Annotations = new Dictionary<string, string> { [ServerAnnotation] = fingerprint };
        return new()
        {
            Metadata = metadata,
            Spec = new V1StatefulSetSpec
            {
                Replicas = running ? 1 : 0,
                ServiceName = DatabaseNames.Server(database),
                Selector = new V1LabelSelector { MatchLabels = DatabaseNames.Selector(database) },
                Template = new V1PodTemplateSpec
                {
                    Metadata = new V1ObjectMeta
                    {
                        Labels = DatabaseNames.Labels(database),
                        Annotations = new Dictionary<string, string> { [ServerAnnotation] = fingerprint },
                    },
                    Spec = new V1PodSpec
                    {
                        AutomountServiceAccountToken = false,
                        TerminationGracePeriodSeconds = 120, // A fast stop writes what is in memory; killed, it would have to recover.
                        Containers = [Server(database, options)],
                        Volumes =
                        [
                            new V1Volume
                            {
                                Name = "data",
                                PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = DatabaseNames.DataClaim(database) },
                            },
                            new V1Volume { Name = "files", ConfigMap = new V1ConfigMapVolumeSource { Name = DatabaseNames.Server(database) } },
                            new V1Volume { Name = "tls", Secret = new V1SecretVolumeSource { SecretName = DatabaseNames.ServerCertificateSecret(database) } },
                        ],
                    },
                },
            },
        };
    }

    /// <summary>The fingerprint of all that needs a restart of the server when it changes.</summary>
    public static string ServerFingerprint(Database database, TenancyOptions options, string certificates) => Fingerprint.Of(
    [
        options.DatabaseImage,
        ServerFiles.Start,
        ServerFiles.Access,
        certificates,
        database.Metadata.Annotations?.GetValueOrDefault(Group.RestartAnnotation),
        .. ServerFiles.Arguments(database),
    ]);

    public static V1EnvVar FromSecret(string name, string secret, string key) => new()
    {
        Name = name,
        ValueFrom = new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = secret, Key = key } },
    };

    public static V1ObjectMeta Metadata(Database database, string name) => new()
    {
        Name = name,
        NamespaceProperty = database.Metadata.Namespace,
        Labels = DatabaseNames.Labels(database),
    };

    private static V1Container Server(Database database, TenancyOptions options) => new()
    {
        Name = "postgres",
        Image = options.DatabaseImage,
        Command = ["sh", "-c", ServerFiles.Start, "postgres"],
        Args = ServerFiles.Arguments(database),
        Ports = [new V1ContainerPort { Name = "postgres", ContainerPort = DatabaseNames.Port }],
        Env =
        [
            FromSecret("POSTGRES_PASSWORD", DatabaseNames.AdminSecret(database), "password"),
            // A folder below the mount: a volume's root may hold a lost+found that initdb refuses.
            new V1EnvVar { Name = "PGDATA", Value = $"{DataFolder}/pgdata" },
        ],
        ReadinessProbe = new V1Probe
        {
            Exec = new V1ExecAction { Command = ["pg_isready", "--quiet", "--username=postgres"] },
            PeriodSeconds = 2,
            TimeoutSeconds = 5,
        },
        VolumeMounts =
        [
            new V1VolumeMount { Name = "data", MountPath = DataFolder },
            new V1VolumeMount { Name = "files", MountPath = ServerFiles.Folder, ReadOnlyProperty = true },
            new V1VolumeMount { Name = "tls", MountPath = ServerFiles.CertificateFolder, ReadOnlyProperty = true },
        ],
    };

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
