using System.Security.Cryptography;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.Framework.Access;

namespace Ahoi.Operators.Manifests;

/// <summary>The objects that bring operators into a cluster, besides the definitions of their kinds.</summary>
internal sealed class ClusterObjects(ManifestOptions options)
{
    private const string Rbac = "rbac.authorization.k8s.io";
    private const string RbacVersion = Rbac + "/v1";
    private const long Port = 8081;
    private const string ConfigFolder = "/etc/ahoi";
    private const string ConfigFile = "config.json";

    // Nobody's user in particular, as images without a shell have it; the pod need not be anybody.
    private const long User = 65532;

    private string LeaseName => options.Name;

    public JsonMap Namespace() => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Namespace",
        ["metadata"] = new JsonMap
        {
            ["name"] = options.Namespace,
            ["labels"] = new JsonMap { ["app.kubernetes.io/name"] = "ahoi", ["pod-security.kubernetes.io/enforce"] = "restricted" },
        },
    };

    public IReadOnlyList<JsonMap> Account() =>
    [
        new() { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = Metadata(options.Name) },

        // The Lease is the replicas' own business, in their own namespace.
        new()
        {
            ["apiVersion"] = RbacVersion,
            ["kind"] = "Role",
            ["metadata"] = Metadata($"{options.Name}-leader"),
            ["rules"] = new JsonList(
            [
                Rule("coordination.k8s.io", "leases", null, "create"),
                Rule("coordination.k8s.io", "leases", LeaseName, "get", "update"),
            ]),
        },
        Binding("RoleBinding", $"{options.Name}-leader", "Role"),
    ];

    /// <summary>What one operator may do, and the account that may do it.</summary>
    public IReadOnlyList<JsonMap> Access(OperatorNeeds needs)
    {
        var name = $"{options.Name}-{needs.Name}";
        var role = AccessRules.ToClusterRole(name, needs.Rules);
        role["metadata"] = Metadata(name, isNamespaced: false);
        return [role, Binding("ClusterRoleBinding", name, "ClusterRole")];
    }

    public IReadOnlyList<JsonMap> Workload()
    {
        var arguments = new HostArguments
        {
            Operators = options.Operators,
            Lease = $"{options.Namespace}/{LeaseName}",
            Config = options.Config is null ? null : $"{ConfigFolder}/{ConfigFile}",
        };
        return
        [
            .. Config(),
            new()
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = "Deployment",
                ["metadata"] = Metadata(options.Name),
                ["spec"] = new JsonMap
                {
                    ["replicas"] = IsForHelm ? HelmPlaceholders.Replicas : (long)options.Replicas,
                    ["revisionHistoryLimit"] = 3L,
                    ["selector"] = new JsonMap { ["matchLabels"] = Selector() },
                    ["template"] = new JsonMap
                    {
                        ["metadata"] = new JsonMap { ["labels"] = Selector() },
                        ["spec"] = Pod(arguments),
                    },
                },
            },
            new()
            {
                ["apiVersion"] = "policy/v1",
                ["kind"] = "PodDisruptionBudget",
                ["metadata"] = Metadata(options.Name),
                ["spec"] = new JsonMap { ["maxUnavailable"] = 1L, ["selector"] = new JsonMap { ["matchLabels"] = Selector() } },
            },
            new()
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Service",
                ["metadata"] = Metadata($"{options.Name}-metrics"),
                ["spec"] = new JsonMap
                {
                    ["selector"] = Selector(),
                    ["ports"] = new JsonList([new JsonMap { ["name"] = "metrics", ["port"] = Port, ["targetPort"] = "health" }]),
                },
            },
        ];
    }

    // Operators read it at their start: another content has another name, so that a change replaces the pods.
    private string ConfigName => $"{options.Name}-config-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options.Config ?? "")))[..8]}";

    private IEnumerable<JsonMap> Config()
    {
        if (options.Config is { } content)
        {
            yield return new()
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["metadata"] = Metadata(ConfigName),
                ["data"] = new JsonMap { [ConfigFile] = content },
            };
        }
    }

    private bool IsForHelm => HelmPlaceholders.IsIn(options.Name);

    private JsonMap Pod(HostArguments arguments) => new()
    {
        ["serviceAccountName"] = options.Name,
        ["terminationGracePeriodSeconds"] = 30L,
        ["securityContext"] = new JsonMap
        {
            ["runAsNonRoot"] = true,
            ["runAsUser"] = User,
            ["runAsGroup"] = User,
            ["seccompProfile"] = new JsonMap { ["type"] = "RuntimeDefault" },
        },
        ["topologySpreadConstraints"] = new JsonList(
        [
            new JsonMap
            {
                ["maxSkew"] = 1L,
                ["topologyKey"] = "kubernetes.io/hostname",
                ["whenUnsatisfiable"] = "ScheduleAnyway",
                ["labelSelector"] = new JsonMap { ["matchLabels"] = Selector() },
            },
        ]),
        ["containers"] = new JsonList([Container(arguments)]),
        ["volumes"] = new JsonList(
        [
            new JsonMap { ["name"] = "tmp", ["emptyDir"] = new JsonMap() },
            .. options.Config is null ? [] : (object?[])[new JsonMap { ["name"] = "config", ["configMap"] = new JsonMap { ["name"] = ConfigName } }],
        ]),
    };

    private JsonMap Container(HostArguments arguments)
    {
        var words = arguments.ToArguments().Select(a => IsForHelm && a.StartsWith("--operators=", StringComparison.Ordinal) ? $"--operators={HelmPlaceholders.Operators}" : a);
        return new()
        {
            ["name"] = "operators",
            ["image"] = options.Image,
            ["imagePullPolicy"] = IsForHelm ? HelmPlaceholders.PullPolicy : "IfNotPresent",
            ["args"] = new JsonList(words),

            // The root is read-only; the runtime would make a socket for debuggers there.
            ["env"] = new JsonList([new JsonMap { ["name"] = "DOTNET_EnableDiagnostics", ["value"] = "0" }]),
            ["ports"] = new JsonList([new JsonMap { ["name"] = "health", ["containerPort"] = Port }]),
            ["startupProbe"] = Probe("/livez", period: 2, failures: 60),
            ["livenessProbe"] = Probe("/livez", period: 10, failures: 6),
            ["readinessProbe"] = Probe("/readyz", period: 5, failures: 3),
            ["resources"] = IsForHelm ? HelmPlaceholders.Resources : Resources(),
            ["securityContext"] = new JsonMap
            {
                ["allowPrivilegeEscalation"] = false,
                ["readOnlyRootFilesystem"] = true,
                ["capabilities"] = new JsonMap { ["drop"] = new JsonList(["ALL"]) },
            },
            ["volumeMounts"] = new JsonList(
            [
                new JsonMap { ["name"] = "tmp", ["mountPath"] = "/tmp" },
                .. options.Config is null ? [] : (object?[])[new JsonMap { ["name"] = "config", ["mountPath"] = ConfigFolder, ["readOnly"] = true }],
            ]),
        };
    }

    /// <summary>What one replica asks for. No limit of processors: a leader that is held back loses its Lease.</summary>
    public static JsonMap Resources() => new()
    {
        ["requests"] = new JsonMap { ["cpu"] = "50m", ["memory"] = "128Mi" },
        ["limits"] = new JsonMap { ["memory"] = "512Mi" },
    };

    private static JsonMap Probe(string path, long period, long failures) => new()
    {
        ["httpGet"] = new JsonMap { ["path"] = path, ["port"] = "health" },
        ["periodSeconds"] = period,
        ["timeoutSeconds"] = 3L,
        ["failureThreshold"] = failures,
    };

    private JsonMap Metadata(string name, bool isNamespaced = true)
    {
        var metadata = new JsonMap { ["name"] = name };
        if (isNamespaced)
        {
            metadata["namespace"] = options.Namespace;
        }

        metadata["labels"] = Selector();
        return metadata;
    }

    private JsonMap Selector() => new() { ["app.kubernetes.io/name"] = "ahoi", ["app.kubernetes.io/instance"] = options.Name };

    private JsonMap Binding(string kind, string name, string roleKind) => new()
    {
        ["apiVersion"] = RbacVersion,
        ["kind"] = kind,
        ["metadata"] = Metadata(name, isNamespaced: kind == "RoleBinding"),
        ["roleRef"] = new JsonMap { ["apiGroup"] = Rbac, ["kind"] = roleKind, ["name"] = name },
        ["subjects"] = new JsonList([new JsonMap { ["kind"] = "ServiceAccount", ["name"] = options.Name, ["namespace"] = options.Namespace }]),
    };

    private static JsonMap Rule(string group, string resource, string? name, params string[] verbs)
    {
        var rule = new JsonMap { ["apiGroups"] = new JsonList([group]), ["resources"] = new JsonList([resource]) };
        if (name is not null)
        {
            rule["resourceNames"] = new JsonList([name]);
        }

        rule["verbs"] = new JsonList(verbs);
        return rule;
    }
}
