using System.Security.Cryptography;
using System.Text;
using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>Decides which objects make up one database: credentials, a server with a volume, a name for it, and a job that makes the application's role and database in it.</summary>
internal static class DatabasePlanner
{
    public const string DatabaseName = "app";
    public const string UserName = "app";
    private const int Port = 5432;
    private const string DataFolder = "/var/lib/postgresql/data";

    // Names and the password come as psql variables and are quoted by the server; nothing is pasted into the script.
    private const string ProvisionScript =
        """
        set -eu
        until pg_isready --quiet; do sleep 1; done
        psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set role="$APP_USER" --set password="$APP_PASSWORD" --set db="$APP_DATABASE" <<'SQL'
        SELECT format('CREATE ROLE %I LOGIN', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
        SELECT format('ALTER ROLE %I PASSWORD %L', :'role', :'password') \gexec
        SELECT format('CREATE DATABASE %I OWNER %I', :'db', :'role') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'db') \gexec
        SQL
        """;

    public static string SecretName(string database) => $"{database}-database";

    public static string HostOf(Database database) => $"{ServerName(database)}.{database.Metadata.Namespace}.svc";

    /// <summary>Makes the credentials with a new random password; written once and never again.</summary>
    public static V1Secret Secret(Database database) => new()
    {
        Metadata = Metadata(database, SecretName(database.Metadata.Name!)),
        Type = "Opaque",
        StringData = new Dictionary<string, string>
        {
            ["host"] = HostOf(database),
            ["port"] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["database"] = DatabaseName,
            ["username"] = UserName,
            ["password"] = RandomPassword(),
            ["admin-password"] = RandomPassword(),
        },
    };

    public static V1Service Service(Database database) => new()
    {
        Metadata = Metadata(database, ServerName(database)),
        Spec = new V1ServiceSpec
        {
            ClusterIP = "None",
            Selector = Selector(database),
            Ports = [new V1ServicePort { Name = "postgres", Port = Port, TargetPort = "postgres" }],
        },
    };

    /// <summary>Makes the server.</summary>
    /// <param name="database">The database.</param>
    /// <param name="options">What holds for all customers.</param>
    /// <param name="claimedStorage">The size that an existing StatefulSet claims, as a quantity: a claim template cannot be changed.</param>
    public static V1StatefulSet StatefulSet(Database database, TenancyOptions options, string? claimedStorage = null) => new()
    {
        Metadata = Metadata(database, ServerName(database)),
        Spec = new V1StatefulSetSpec
        {
            Replicas = database.Spec.Stopped ? 0 : 1,
            ServiceName = ServerName(database),
            Selector = new V1LabelSelector { MatchLabels = Selector(database) },
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = Selector(database) },
                Spec = new V1PodSpec { Containers = [Server(database, options)] },
            },
            VolumeClaimTemplates =
            [
                new V1PersistentVolumeClaim
                {
                    ApiVersion = "v1",
                    Kind = "PersistentVolumeClaim",
                    Metadata = new V1ObjectMeta { Name = "data" },
                    Spec = new V1PersistentVolumeClaimSpec
                    {
                        AccessModes = ["ReadWriteOnce"],
                        StorageClassName = database.Spec.StorageClassName,
                        Resources = new V1VolumeResourceRequirements
                        {
                            Requests = new Dictionary<string, ResourceQuantity>
                            {
                                ["storage"] = new(claimedStorage ?? StorageSize.Parse(database.Spec.Storage).Quantity),
                            },
                        },
                    },
                },
            ],
        },
    };

    /// <summary>Makes the job that prepares the server. A Job cannot be changed, so its name says what it was made from.</summary>
    public static V1Job ProvisioningJob(Database database, TenancyOptions options)
    {
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{ProvisionScript}\n{options.DatabaseImage}")))[..8];
        return new V1Job
        {
            Metadata = Metadata(database, $"{database.Metadata.Name}-provision-{fingerprint}"),
            Spec = new V1JobSpec
            {
                BackoffLimit = 6,
                Template = new V1PodTemplateSpec
                {
                    Spec = new V1PodSpec
                    {
                        RestartPolicy = "OnFailure",
                        Containers =
                        [
                            new V1Container
                            {
                                Name = "provision",
                                Image = options.DatabaseImage,
                                Command = ["sh", "-c", ProvisionScript],
                                Env =
                                [
                                    FromSecret(database, "PGHOST", "host"),
                                    FromSecret(database, "PGPORT", "port"),
                                    FromSecret(database, "PGPASSWORD", "admin-password"),
                                    new V1EnvVar { Name = "PGUSER", Value = "postgres" },
                                    FromSecret(database, "APP_DATABASE", "database"),
                                    FromSecret(database, "APP_USER", "username"),
                                    FromSecret(database, "APP_PASSWORD", "password"),
                                ],
                            },
                        ],
                    },
                },
            },
        };
    }

    public static string ServerName(Database database) => $"{database.Metadata.Name}-postgres";

    private static V1Container Server(Database database, TenancyOptions options) => new()
    {
        Name = "postgres",
        Image = options.DatabaseImage,
        Ports = [new V1ContainerPort { Name = "postgres", ContainerPort = Port }],
        Env =
        [
            FromSecret(database, "POSTGRES_PASSWORD", "admin-password"),
            // A folder below the mount: a volume's root may hold a lost+found that initdb refuses.
            new V1EnvVar { Name = "PGDATA", Value = $"{DataFolder}/pgdata" },
        ],
        ReadinessProbe = new V1Probe
        {
            Exec = new V1ExecAction { Command = ["pg_isready", "--quiet", "--username=postgres"] },
            PeriodSeconds = 5,
        },
        VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = DataFolder }],
    };

    private static V1EnvVar FromSecret(Database database, string name, string key) => new()
    {
        Name = name,
        ValueFrom = new V1EnvVarSource
        {
            SecretKeyRef = new V1SecretKeySelector { Name = SecretName(database.Metadata.Name!), Key = key },
        },
    };

    private static V1ObjectMeta Metadata(Database database, string name) => new()
    {
        Name = name,
        NamespaceProperty = database.Metadata.Namespace,
        Labels = Selector(database),
    };

    private static Dictionary<string, string> Selector(Database database) => new()
    {
        ["app.kubernetes.io/name"] = "postgres",
        ["app.kubernetes.io/instance"] = database.Metadata.Name!,
    };

    private static string RandomPassword() => RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 32);
}
