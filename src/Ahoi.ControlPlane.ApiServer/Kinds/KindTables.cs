using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;
using Ahoi.ControlPlane.ApiServer.Kinds.Tables;

namespace Ahoi.ControlPlane.ApiServer.Kinds;

/// <summary>Knows the table of each built-in kind.</summary>
internal static class KindTables
{
    private const string Wide = ",+Containers,+Images,+Selector";

    private static readonly KindTable Plain = KindTable.Of("Name,Created At:date", (v, _) => [Show.Name(v), v.At("metadata", "creationTimestamp")]);
    private static readonly KindTable Bindings = KindTable.Of("Name,Role,Age,+Users,+Groups,+ServiceAccounts", Binding);
    private static readonly KindTable Webhooks =
        KindTable.Of("Name,Webhooks:integer,Age", (v, now) => [Show.Name(v), Count(v.List("webhooks")), Show.Age(v, now)]);
    private static readonly KindTable PolicyBindings = KindTable.Of("Name,PolicyName,ParamRef,Age", PolicyBinding);
    private static readonly KindTable Events = KindTable.Of(
        "Last Seen,Type,Reason,Object,+Subobject,+Source,Message,+First Seen,+Count,+Name", ClusterRows.Event);

    private static readonly Dictionary<(string Group, string Kind), KindTable> Known = new()
    {
        [("", "Pod")] = KindTable.Of("Name,Ready,Status,Restarts,Age,+IP,+Node,+Nominated Node,+Readiness Gates", PodRow.Cells),
        [("", "PodTemplate")] = KindTable.Of("Name,Containers,Images,Pod Labels", WorkloadRows.PodTemplate),
        [("", "ReplicationController")] = KindTable.Of("Name,Desired:integer,Current:integer,Ready:integer,Age" + Wide, WorkloadRows.ReplicationController),
        [("", "Service")] = KindTable.Of("Name,Type,Cluster-IP,External-IP,Port(s),Age,+Selector", NetworkRows.Service),
        [("", "Endpoints")] = KindTable.Of("Name,Endpoints,Age", NetworkRows.Endpoints),
        [("", "ConfigMap")] = KindTable.Of("Name,Data,Age", (v, now) => [Show.Name(v), Count(v.Map("data")) + Count(v.Map("binaryData")), Show.Age(v, now)]),
        [("", "Secret")] = KindTable.Of("Name,Type,Data,Age", (v, now) => [Show.Name(v), v.Text("type") ?? "", Count(v.Map("data")), Show.Age(v, now)]),
        [("", "ServiceAccount")] = KindTable.Of("Name,Secrets,Age", (v, now) => [Show.Name(v), Count(v.List("secrets")), Show.Age(v, now)]),
        [("", "Namespace")] = KindTable.Of("Name,Status,Age", (v, now) => [Show.Name(v), Show.Or(v.At("status", "phase"), ""), Show.Age(v, now)]),
        [("", "Node")] = KindTable.Of(
            "Name,Status,Roles,Age,Version,+Internal-IP,+External-IP,+OS-Image,+Kernel-Version,+Container-Runtime", ClusterRows.Node),
        [("", "PersistentVolume")] = KindTable.Of(
            "Name,Capacity,Access Modes,Reclaim Policy,Status,Claim,StorageClass,VolumeAttributesClass,Reason,Age,+VolumeMode", ClusterRows.Volume),
        [("", "PersistentVolumeClaim")] = KindTable.Of(
            "Name,Status,Volume,Capacity,Access Modes,StorageClass,VolumeAttributesClass,Age,+VolumeMode", ClusterRows.Claim),
        [("", "ResourceQuota")] = KindTable.Of("Name,Request,Limit,Age", ClusterRows.Quota),
        [("", "Event")] = Events,
        [("events.k8s.io", "Event")] = Events,
        [("apps", "Deployment")] = KindTable.Of("Name,Ready,Up-to-date,Available,Age" + Wide, WorkloadRows.Deployment),
        [("apps", "ReplicaSet")] = KindTable.Of("Name,Desired:integer,Current:integer,Ready:integer,Age" + Wide, WorkloadRows.ReplicaSet),
        [("apps", "StatefulSet")] = KindTable.Of("Name,Ready,Age,+Containers,+Images", WorkloadRows.StatefulSet),
        [("apps", "DaemonSet")] = KindTable.Of(
            "Name,Desired:integer,Current:integer,Ready:integer,Up-to-date:integer,Available:integer,Node Selector,Age" + Wide, WorkloadRows.DaemonSet),
        [("apps", "ControllerRevision")] = KindTable.Of("Name,Controller,Revision:integer,Age", WorkloadRows.ControllerRevision),
        [("batch", "Job")] = KindTable.Of("Name,Status,Completions,Duration,Age" + Wide, WorkloadRows.Job),
        [("batch", "CronJob")] = KindTable.Of("Name,Schedule,Timezone,Suspend:boolean,Active:integer,Last Schedule,Age" + Wide, WorkloadRows.CronJob),
        [("autoscaling", "HorizontalPodAutoscaler")] = KindTable.Of("Name,Reference,Targets,MinPods,MaxPods,Replicas,Age", ClusterRows.Autoscaler),
        [("networking.k8s.io", "Ingress")] = KindTable.Of("Name,Class,Hosts,Address,Ports,Age", NetworkRows.Ingress),
        [("networking.k8s.io", "IngressClass")] = KindTable.Of("Name,Controller,Parameters,Age", NetworkRows.IngressClass),
        [("networking.k8s.io", "NetworkPolicy")] = KindTable.Of(
            "Name,Pod-Selector,Age", (v, now) => [Show.Name(v), Show.Selector(v.At("spec", "podSelector") as JsonMap), Show.Age(v, now)]),
        [("discovery.k8s.io", "EndpointSlice")] = KindTable.Of("Name,AddressType,Ports,Endpoints,Age", NetworkRows.EndpointSlice),
        [("policy", "PodDisruptionBudget")] = KindTable.Of(
            "Name,Min Available,Max Unavailable,Allowed Disruptions:integer,Age",
            (v, now) =>
            [
                Show.Name(v), Show.Or(v.At("spec", "minAvailable"), "N/A"), Show.Or(v.At("spec", "maxUnavailable"), "N/A"),
                Show.Number(v.At("status", "disruptionsAllowed")), Show.Age(v, now),
            ]),
        [("coordination.k8s.io", "Lease")] = KindTable.Of(
            "Name,Holder,Age", (v, now) => [Show.Name(v), Show.Or(v.At("spec", "holderIdentity"), ""), Show.Age(v, now)]),
        [("storage.k8s.io", "StorageClass")] = KindTable.Of(
            "Name,Provisioner,ReclaimPolicy,VolumeBindingMode,AllowVolumeExpansion,Age",
            (v, now) =>
            [
                v.At("metadata", "annotations", "storageclass.kubernetes.io/is-default-class") is "true" ? Show.Name(v) + " (default)" : Show.Name(v),
                v.Text("provisioner"), v.Text("reclaimPolicy") ?? "Delete", v.Text("volumeBindingMode") ?? "Immediate", v.Flag("allowVolumeExpansion") == true,
                Show.Age(v, now),
            ]),
        [("scheduling.k8s.io", "PriorityClass")] = KindTable.Of(
            "Name,Value:integer,Global-Default:boolean,Age,PreemptionPolicy",
            (v, now) => [Show.Name(v), Show.Number(v["value"]), v.Flag("globalDefault") == true, Show.Age(v, now), v.Text("preemptionPolicy") ?? ""]),
        [("node.k8s.io", "RuntimeClass")] = KindTable.Of("Name,Handler,Age", (v, now) => [Show.Name(v), v.Text("handler"), Show.Age(v, now)]),
        [("rbac.authorization.k8s.io", "RoleBinding")] = Bindings,
        [("rbac.authorization.k8s.io", "ClusterRoleBinding")] = Bindings,
        [("admissionregistration.k8s.io", "ValidatingWebhookConfiguration")] = Webhooks,
        [("admissionregistration.k8s.io", "MutatingWebhookConfiguration")] = Webhooks,
        [("admissionregistration.k8s.io", "ValidatingAdmissionPolicy")] = KindTable.Of("Name,Validations:integer,ParamKind,Age", (v, now) => Policy(v, now, "validations")),
        [("admissionregistration.k8s.io", "MutatingAdmissionPolicy")] = KindTable.Of("Name,Mutations:integer,ParamKind,Age", (v, now) => Policy(v, now, "mutations")),
        [("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding")] = PolicyBindings,
        [("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding")] = PolicyBindings,
        [("apiregistration.k8s.io", "APIService")] = KindTable.Of("Name,Service,Available,Age", ApiService),
    };

    /// <summary>Gets the table of a built-in kind.</summary>
    /// <param name="group">The API group, empty for core.</param>
    /// <param name="kind">The kind, as in <c>Deployment</c>.</param>
    /// <returns>Its table; kinds without one of their own show name and time of creation.</returns>
    public static KindTable For(string group, string kind) => Known.GetValueOrDefault((group, kind), Plain);

    private static long Count(JsonMap? map) => map?.Count ?? 0;

    private static long Count(JsonList? list) => list?.Count ?? 0;

    private static object?[] Binding(JsonMap value, DateTimeOffset now)
    {
        string Subjects(string kind) => string.Join(", ", value.Maps("subjects").Where(s => s.Text("kind") == kind)
            .Select(s => kind == "ServiceAccount" ? $"{s.Text("namespace")}/{s.Text("name")}" : s.Text("name")));
        return
        [
            Show.Name(value), $"{value.At("roleRef", "kind")}/{value.At("roleRef", "name")}", Show.Age(value, now), Subjects("User"), Subjects("Group"),
            Subjects("ServiceAccount"),
        ];
    }

    private static object?[] Policy(JsonMap value, DateTimeOffset now, string rules)
    {
        var param = value.At("spec", "paramKind") as JsonMap;
        return
        [
            Show.Name(value), Count(value.Map("spec")?.List(rules)), param is null ? "<unset>" : $"{param.Text("apiVersion")}/{param.Text("kind")}", Show.Age(value, now),
        ];
    }

    private static object?[] PolicyBinding(JsonMap value, DateTimeOffset now)
    {
        var param = value.At("spec", "paramRef") as JsonMap;
        var shown = param is null ? "<unset>"
            : param.Map("selector") is { } selector ? Show.Selector(selector)
            : param.Text("namespace") is { Length: > 0 } home ? $"{home}/{param.Text("name")}"
            : $"*/{param.Text("name")}";
        return [Show.Name(value), value.At("spec", "policyName"), shown, Show.Age(value, now)];
    }

    private static object?[] ApiService(JsonMap value, DateTimeOffset now)
    {
        var service = value.At("spec", "service") as JsonMap;
        var available = (value.Map("status") ?? []).Maps("conditions").FirstOrDefault(c => c.Text("type") == "Available");
        var shown = available is null ? "Unknown" : available.Text("status") == "True" ? "True" : $"{available.Text("status")} ({available.Text("reason")})";
        return [Show.Name(value), service is null ? "Local" : $"{service.Text("namespace")}/{service.Text("name")}", shown, Show.Age(value, now)];
    }
}
