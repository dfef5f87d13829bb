using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Access.Rbac;

/// <summary>
/// The cluster roles and bindings every cluster starts with, as far as people and operators meet them. They are stored
/// as ordinary objects at the first start, so that an administrator can change them.
/// </summary>
internal static class BootstrapPolicy
{
    private const string ApiVersion = "rbac.authorization.k8s.io/v1";
    private const string Group = "rbac.authorization.k8s.io";
    private const string AggregatePrefix = "rbac.authorization.k8s.io/aggregate-to-";

    private static readonly string[] Read = ["get", "list", "watch"];
    private static readonly string[] Write = ["create", "delete", "deletecollection", "patch", "update"];
    private static readonly string[] Everything = [.. Write, .. Read];
    private static readonly string[] Create = ["create"];

    private static readonly PolicyRule[] View =
    [
        Allow(Read, "", "configmaps", "endpoints", "persistentvolumeclaims", "persistentvolumeclaims/status", "pods",
            "replicationcontrollers", "replicationcontrollers/scale", "serviceaccounts", "services", "services/status"),
        Allow(Read, "", "bindings", "events", "limitranges", "namespaces/status", "pods/log", "pods/status",
            "replicationcontrollers/status", "resourcequotas", "resourcequotas/status"),
        Allow(Read, "", "namespaces"),
        Allow(Read, "discovery.k8s.io", "endpointslices"),
        Allow(Read, "apps", "controllerrevisions", "daemonsets", "daemonsets/status", "deployments", "deployments/scale",
            "deployments/status", "replicasets", "replicasets/scale", "replicasets/status", "statefulsets",
            "statefulsets/scale", "statefulsets/status"),
        Allow(Read, "autoscaling", "horizontalpodautoscalers", "horizontalpodautoscalers/status"),
        Allow(Read, "batch", "cronjobs", "cronjobs/status", "jobs", "jobs/status"),
        Allow(Read, "policy", "poddisruptionbudgets", "poddisruptionbudgets/status"),
        Allow(Read, "networking.k8s.io", "ingresses", "ingresses/status", "networkpolicies"),
    ];

    private static readonly PolicyRule[] Edit =
    [
        Allow(Read, "", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets", "services/proxy"),
        Allow(["impersonate"], "", "serviceaccounts"),
        Allow(Write, "", "pods", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy"),
        Allow(Create, "", "pods/eviction"),
        Allow(Write, "", "configmaps", "events", "persistentvolumeclaims", "replicationcontrollers",
            "replicationcontrollers/scale", "secrets", "serviceaccounts", "services", "services/proxy"),
        Allow(Create, "", "serviceaccounts/token"),
        Allow(Write, "apps", "daemonsets", "deployments", "deployments/rollback", "deployments/scale", "replicasets",
            "replicasets/scale", "statefulsets", "statefulsets/scale"),
        Allow(Write, "autoscaling", "horizontalpodautoscalers"),
        Allow(Write, "batch", "cronjobs", "jobs"),
        Allow(Write, "policy", "poddisruptionbudgets"),
        Allow(Write, "networking.k8s.io", "ingresses", "networkpolicies"),
        Allow(Everything, "coordination.k8s.io", "leases"),
    ];

    private static readonly PolicyRule[] Admin =
    [
        Allow(Create, "authorization.k8s.io", "localsubjectaccessreviews"),
        Allow(Everything, Group, "rolebindings", "roles"),
    ];

    private static readonly PolicyRule[] Discovery =
    [
        Paths("/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"),
    ];

    private static readonly PolicyRule[] PublicInfo = [Paths("/healthz", "/livez", "/readyz", "/version", "/version/")];

    private static readonly PolicyRule[] BasicUser =
    [
        Allow(Create, "authorization.k8s.io", "selfsubjectaccessreviews", "selfsubjectrulesreviews"),
        Allow(Create, "authentication.k8s.io", "selfsubjectreviews"),
    ];

    private static readonly PolicyRule[] AuthDelegator =
    [
        Allow(Create, "authentication.k8s.io", "tokenreviews"),
        Allow(Create, "authorization.k8s.io", "subjectaccessreviews"),
    ];

    private static readonly PolicyRule[] IssuerDiscovery = [Paths("/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks", "/openid/v1/jwks/")];

    /// <summary>Makes the cluster roles and cluster role bindings, without uids and times.</summary>
    /// <param name="metrics">Whether the server has metrics, which viewers may read then.</param>
    public static IEnumerable<JsonMap> Objects(bool metrics = false)
    {
        yield return Role("cluster-admin", [Allow(["*"], "*", "*"), new() { Verbs = ["*"], NonResourceUrls = ["*"] }]);
        yield return Aggregated("admin", null, [.. Admin, .. Edit, .. View]);
        yield return Aggregated("edit", "admin", [.. Edit, .. View]);
        yield return Aggregated("view", "edit", View);
        yield return Role("system:aggregate-to-admin", Admin, "admin");
        yield return Role("system:aggregate-to-edit", Edit, "edit");
        yield return Role("system:aggregate-to-view", View, "view");
        yield return Role("system:discovery", Discovery);
        yield return Role("system:public-info-viewer", PublicInfo);
        yield return Role("system:basic-user", BasicUser);
        yield return Role("system:auth-delegator", AuthDelegator);
        yield return Role("system:service-account-issuer-discovery", IssuerDiscovery);

        if (metrics)
        {
            // As metrics-server brings it along.
            var reader = Role("system:aggregated-metrics-reader", [Allow(Read, Metrics.MetricsResources.Group, "nodes", "pods")], "view");
            reader.Map("metadata")!.Map("labels")![AggregatePrefix + "edit"] = "true";
            reader.Map("metadata")!.Map("labels")![AggregatePrefix + "admin"] = "true";
            yield return reader;
        }

        yield return Binding("cluster-admin", UserInfo.MastersGroup);
        yield return Binding("system:discovery", UserInfo.AuthenticatedGroup);
        yield return Binding("system:public-info-viewer", UserInfo.AuthenticatedGroup, UserInfo.UnauthenticatedGroup);
        yield return Binding("system:basic-user", UserInfo.AuthenticatedGroup);
        yield return Binding("system:service-account-issuer-discovery", "system:serviceaccounts");
    }

    private static PolicyRule Allow(string[] verbs, string group, params string[] resources) =>
        new() { Verbs = verbs, ApiGroups = [group], Resources = resources };

    private static PolicyRule Paths(params string[] paths) => new() { Verbs = ["get"], NonResourceUrls = paths };

    private static JsonMap Role(string name, PolicyRule[] rules, string? aggregateTo = null) => new()
    {
        ["apiVersion"] = ApiVersion,
        ["kind"] = "ClusterRole",
        ["metadata"] = Metadata(name, aggregateTo),
        ["rules"] = new JsonList(rules.Select(r => r.ToJson())),
    };

    private static JsonMap Aggregated(string name, string? aggregateTo, PolicyRule[] rules)
    {
        var role = Role(name, rules, aggregateTo);
        role["aggregationRule"] = new JsonMap
        {
            ["clusterRoleSelectors"] = new JsonList([new JsonMap { ["matchLabels"] = new JsonMap { [AggregatePrefix + name] = "true" } }]),
        };
        return role;
    }

    private static JsonMap Binding(string name, params string[] groups) => new()
    {
        ["apiVersion"] = ApiVersion,
        ["kind"] = "ClusterRoleBinding",
        ["metadata"] = Metadata(name, null),
        ["roleRef"] = new JsonMap { ["apiGroup"] = Group, ["kind"] = "ClusterRole", ["name"] = name },
        ["subjects"] = new JsonList(groups.Select(g => new JsonMap { ["apiGroup"] = Group, ["kind"] = "Group", ["name"] = g })),
    };

    private static JsonMap Metadata(string name, string? aggregateTo)
    {
        var labels = new JsonMap { ["kubernetes.io/bootstrapping"] = "rbac-defaults" };
        if (aggregateTo is not null)
        {
            labels[AggregatePrefix + aggregateTo] = "true";
        }

        return new JsonMap
        {
            ["name"] = name,
            ["labels"] = labels,
            ["annotations"] = new JsonMap { ["rbac.authorization.kubernetes.io/autoupdate"] = "true" },
        };
    }
}
