using System.Globalization;
using System.Text;
using Ahoi.Pools.Api;
using Ahoi.Pools.Contract;
using k8s.Models;

namespace Ahoi.Pools.Planning;

/// <summary>Decides which objects make up one pool.</summary>
internal static class PoolPlanner
{
    private const string CredentialsFolder = "/etc/ahoi/credentials";
    private const int SlackSeconds = 15;

    public static V1Secret Orders(ConnectionPool pool, PoolOrders orders) => new()
    {
        Metadata = Metadata(pool, PoolNames.Orders(pool)),
        Type = "Opaque",
        Data = new Dictionary<string, byte[]>
        {
            [PoolOrders.ConfigurationKey] = Encoding.UTF8.GetBytes(orders.Configuration),
            [PoolOrders.OrdersKey] = Encoding.UTF8.GetBytes(orders.ToJson()),
        },
    };

    /// <summary>The Secret that applications read: the database's own, with the pool's address.</summary>
    public static V1Secret Applications(ConnectionPool pool, DatabaseView database, V1Secret credentials) => new()
    {
        Metadata = Metadata(pool, PoolNames.Pool(pool)),
        Type = "Opaque",
        Data = new Dictionary<string, byte[]>
        {
            ["host"] = Encoding.UTF8.GetBytes(PoolNames.Host(pool)),
            ["port"] = Encoding.UTF8.GetBytes(Number(PoolNames.Port)),
            ["database"] = Encoding.UTF8.GetBytes(database.Database),
            ["username"] = credentials.Data["username"],
            ["password"] = credentials.Data["password"],
        },
    };

    public static V1Service Service(ConnectionPool pool) => new()
    {
        Metadata = Metadata(pool, PoolNames.Pool(pool)),
        Spec = new V1ServiceSpec
        {
            Selector = PoolNames.Selector(pool),
            Ports = [new V1ServicePort { Name = "postgres", Port = PoolNames.Port, TargetPort = "postgres" }],
        },
    };

    /// <summary>The Service by which poolers find each other, those that are not ready too: a request to cancel may be for
    /// one that drains.</summary>
    public static V1Service Peers(ConnectionPool pool) => new()
    {
        Metadata = Metadata(pool, PoolNames.Pods(pool)),
        Spec = new V1ServiceSpec
        {
            ClusterIP = "None",
            PublishNotReadyAddresses = true,
            Selector = PoolNames.Selector(pool),
            Ports = [new V1ServicePort { Name = "postgres", Port = PoolNames.Port, TargetPort = "postgres" }],
        },
    };

    public static V1PodDisruptionBudget DisruptionBudget(ConnectionPool pool) => new()
    {
        Metadata = Metadata(pool, PoolNames.Pool(pool)),
        Spec = new V1PodDisruptionBudgetSpec { MaxUnavailable = 1, Selector = new V1LabelSelector { MatchLabels = PoolNames.Selector(pool) } },
    };

    public static V1ServiceAccount Account(ConnectionPool pool) => new() { Metadata = Metadata(pool, PoolNames.Agent(pool)) };

    /// <summary>What the agents may do: read their orders, and write on the pool's own pods.</summary>
    public static V1Role Role(ConnectionPool pool) => new()
    {
        Metadata = Metadata(pool, PoolNames.Agent(pool)),
        Rules =
        [
            new V1PolicyRule { ApiGroups = [""], Resources = ["secrets"], ResourceNames = [PoolNames.Orders(pool)], Verbs = ["get", "list", "watch"] },
            new V1PolicyRule
            {
                ApiGroups = [""],
                Resources = ["pods"],
                ResourceNames = [.. Enumerable.Range(0, 16).Select(i => PoolNames.Pod(pool, i))],
                Verbs = ["get", "patch"],
            },
        ],
    };

    public static V1RoleBinding Binding(ConnectionPool pool) => new()
    {
        Metadata = Metadata(pool, PoolNames.Agent(pool)),
        RoleRef = new V1RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "Role", Name = PoolNames.Agent(pool) },
        Subjects = [new Rbacv1Subject { Kind = "ServiceAccount", Name = PoolNames.Agent(pool), NamespaceProperty = pool.Metadata.Namespace }],
    };

    public static V1StatefulSet StatefulSet(ConnectionPool pool, DatabaseView database, PoolsOptions options, int replicas)
    {
        var drain = pool.Spec.Drain ?? new();
        var grace = Durations.Parse(drain.GracePeriod);
        return new()
        {
            Metadata = Metadata(pool, PoolNames.Pool(pool)),
            Spec = new V1StatefulSetSpec
            {
                Replicas = replicas,
                ServiceName = PoolNames.Pods(pool),
                PodManagementPolicy = "Parallel", // At the start; updates replace one after the other.
                Selector = new V1LabelSelector { MatchLabels = PoolNames.Selector(pool) },
                Template = new V1PodTemplateSpec
                {
                    Metadata = new V1ObjectMeta { Labels = PoolNames.Selector(pool) },
                    Spec = new V1PodSpec
                    {
                        ServiceAccountName = PoolNames.Agent(pool),
                        TerminationGracePeriodSeconds = (long)grace.TotalSeconds + SlackSeconds,
                        SecurityContext = new V1PodSecurityContext { RunAsUser = options.UserId, RunAsGroup = options.UserId, FsGroup = options.UserId, RunAsNonRoot = true },
                        TopologySpreadConstraints =
                        [
                            new V1TopologySpreadConstraint
                            {
                                MaxSkew = 1,
                                TopologyKey = "kubernetes.io/hostname",
                                WhenUnsatisfiable = "ScheduleAnyway",
                                LabelSelector = new V1LabelSelector { MatchLabels = PoolNames.Selector(pool) },
                            },
                        ],
                        // Beside pgbouncer from before its start until after its end: ordinary containers stop all at once.
                        InitContainers = [Agent(pool, options, drain, grace)],
                        Containers = [Bouncer(options)],
                        Volumes =
                        [
                            new V1Volume { Name = "shared", EmptyDir = new V1EmptyDirVolumeSource() },
                            new V1Volume { Name = "tls", Secret = new V1SecretVolumeSource { SecretName = database.PoolSecretName, DefaultMode = 288 } }, // 0440
                            new V1Volume { Name = "credentials", Secret = new V1SecretVolumeSource { SecretName = PoolNames.Pool(pool), DefaultMode = 288 } },
                        ],
                    },
                },
            },
        };
    }

    private static V1Container Bouncer(PoolsOptions options) => new()
    {
        Name = "pgbouncer",
        Image = options.PoolImage,
        Command = [.. options.PoolCommand, $"{PoolConfiguration.SharedFolder}/pgbouncer.ini"],
        Ports = [new V1ContainerPort { Name = "postgres", ContainerPort = PoolNames.Port }],
        Lifecycle = new V1Lifecycle { PreStop = new V1LifecycleHandler { HttpGet = new V1HTTPGetAction { Path = "/drain", Port = PoolNames.AgentPort } } },
        ReadinessProbe = Probe("/readyz"),
        VolumeMounts =
        [
            new V1VolumeMount { Name = "shared", MountPath = PoolConfiguration.SharedFolder },
            new V1VolumeMount { Name = "tls", MountPath = PoolConfiguration.CertificateFolder, ReadOnlyProperty = true },
        ],
    };

    private static V1Container Agent(ConnectionPool pool, PoolsOptions options, DrainSpec drain, TimeSpan grace) => new()
    {
        Name = "agent",
        Image = options.AgentImage,
        Command = options.AgentCommand.Count > 0 ? [.. options.AgentCommand] : null,
        RestartPolicy = "Always",
        Ports = [new V1ContainerPort { Name = "agent", ContainerPort = PoolNames.AgentPort }],
        StartupProbe = Probe("/started", failures: 120),
        Env =
        [
            Field("POD_NAME", "metadata.name"),
            Field("POD_NAMESPACE", "metadata.namespace"),
            Field("POD_IP", "status.podIP"),
            Value("POOL_SECRET", PoolNames.Orders(pool)),
            Value("POOL_FOLDER", PoolConfiguration.SharedFolder),
            Value("POOL_CREDENTIALS", CredentialsFolder),
            Value("POOL_PORT", Number(PoolNames.Port)),
            Value("AGENT_PORT", Number(PoolNames.AgentPort)),
            Value("ENDPOINT_DELAY", Seconds(Durations.Parse(drain.EndpointDelay))),
            Value("GRACE", Seconds(grace)),
            Value("PAUSE_TIMEOUT", Seconds(Durations.Parse((pool.Spec.Failover ?? new()).PauseTimeout))),
        ],
        VolumeMounts =
        [
            new V1VolumeMount { Name = "shared", MountPath = PoolConfiguration.SharedFolder },
            new V1VolumeMount { Name = "credentials", MountPath = CredentialsFolder, ReadOnlyProperty = true },
        ],
    };

    private static V1Probe Probe(string path, int failures = 2) => new()
    {
        HttpGet = new V1HTTPGetAction { Path = path, Port = PoolNames.AgentPort },
        PeriodSeconds = 1,
        TimeoutSeconds = 5,
        FailureThreshold = failures,
    };

    private static V1EnvVar Field(string name, string path) => new()
    {
        Name = name,
        ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = path } },
    };

    private static V1EnvVar Value(string name, string value) => new() { Name = name, Value = value };

    private static V1ObjectMeta Metadata(ConnectionPool pool, string name) => new()
    {
        Name = name,
        NamespaceProperty = pool.Metadata.Namespace,
        Labels = PoolNames.Selector(pool),
    };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan value) => ((long)value.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
