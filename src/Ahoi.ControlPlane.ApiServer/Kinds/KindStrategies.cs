using Ahoi.ControlPlane.ApiServer.CustomResources;
using Ahoi.ControlPlane.ApiServer.Kinds.Admission;
using Ahoi.ControlPlane.ApiServer.Kinds.Apps;
using Ahoi.ControlPlane.ApiServer.Kinds.Batch;
using Ahoi.ControlPlane.ApiServer.Kinds.Core;
using Ahoi.ControlPlane.ApiServer.Kinds.Networking;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;
using Ahoi.ControlPlane.ApiServer.Kinds.Rbac;
using Ahoi.ControlPlane.ApiServer.Kinds.Scheduling;
using Ahoi.ControlPlane.ApiServer.Kinds.Storage;

namespace Ahoi.ControlPlane.ApiServer.Kinds;

/// <summary>Knows the strategy of each built-in kind.</summary>
internal static class KindStrategies
{
    private static readonly KindStrategy Plain = new();

    private static readonly Dictionary<(string Group, string Kind), IKindStrategy> Known = new()
    {
        [("", "Pod")] = new PodStrategy(),
        [("", "Service")] = new ServiceStrategy(),
        [("", "Namespace")] = new NamespaceStrategy(),
        [("", "Node")] = new NodeStrategy(),
        [("", "PersistentVolumeClaim")] = new ClaimStrategy(),
        [("", "PersistentVolume")] = new PersistentVolumeStrategy(),
        [("", "ReplicationController")] = new ReplicationControllerStrategy(),
        [("", "ResourceQuota")] = new ResourceQuotaStrategy(),
        [("", "ServiceAccount")] = new KindStrategy { DeleteAnswersObject = true },
        [("", "Endpoints")] = new EndpointsStrategy(),
        [("", "Event")] = new EventStrategy(strict: false),
        [("", "LimitRange")] = new LimitRangeStrategy(),
        [("", "PodTemplate")] = new PodTemplateStrategy(),
        [("events.k8s.io", "Event")] = new EventStrategy(strict: true),
        [("apps", "Deployment")] = new DeploymentStrategy(),
        [("apps", "ReplicaSet")] = new ReplicaSetStrategy(),
        [("apps", "StatefulSet")] = new StatefulSetStrategy(),
        [("apps", "DaemonSet")] = new DaemonSetStrategy(),
        [("batch", "Job")] = new JobStrategy(),
        [("batch", "CronJob")] = new CronJobStrategy(),
        [("apps", "ControllerRevision")] = new ControllerRevisionStrategy(),
        [("autoscaling", "HorizontalPodAutoscaler")] = new AutoscalerStrategy(),
        [("networking.k8s.io", "Ingress")] = new IngressStrategy(),
        [("networking.k8s.io", "IngressClass")] = new IngressClassStrategy(),
        [("networking.k8s.io", "NetworkPolicy")] = new NetworkPolicyStrategy(),
        [("networking.k8s.io", "ServiceCIDR")] = new KindStrategy { HasStatus = true },
        [("discovery.k8s.io", "EndpointSlice")] = new EndpointSliceStrategy(),
        [("policy", "PodDisruptionBudget")] = new DisruptionBudgetStrategy(),
        [("coordination.k8s.io", "Lease")] = new LeaseStrategy(),
        [("rbac.authorization.k8s.io", "Role")] = new RoleStrategy(namespaced: true),
        [("rbac.authorization.k8s.io", "ClusterRole")] = new RoleStrategy(namespaced: false),
        [("rbac.authorization.k8s.io", "RoleBinding")] = new RoleBindingStrategy(namespaced: true),
        [("rbac.authorization.k8s.io", "ClusterRoleBinding")] = new RoleBindingStrategy(namespaced: false),
        [("admissionregistration.k8s.io", "ValidatingWebhookConfiguration")] = new WebhookConfigurationStrategy(mutating: false),
        [("admissionregistration.k8s.io", "MutatingWebhookConfiguration")] = new WebhookConfigurationStrategy(mutating: true),
        [("admissionregistration.k8s.io", "ValidatingAdmissionPolicy")] = new PolicyStrategy(mutating: false) { HasStatus = true, CountsGeneration = true },
        [("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding")] = new PolicyBindingStrategy(mutating: false),
        [("admissionregistration.k8s.io", "MutatingAdmissionPolicy")] = new PolicyStrategy(mutating: true) { CountsGeneration = true },
        [("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding")] = new PolicyBindingStrategy(mutating: true),
        [("scheduling.k8s.io", "PriorityClass")] = new PriorityClassStrategy(),
        [("apiregistration.k8s.io", "APIService")] = new KindStrategy { HasStatus = true },
        [("apiextensions.k8s.io", "CustomResourceDefinition")] = new DefinitionStrategy(),
        [("certificates.k8s.io", "CertificateSigningRequest")] = new KindStrategy { HasStatus = true, NameFormat = NameFormat.PathSegment },
        [("storage.k8s.io", "VolumeAttachment")] = new KindStrategy { HasStatus = true },
        [("resource.k8s.io", "ResourceClaim")] = new KindStrategy { HasStatus = true },
        [("resource.k8s.io", "ResourceSlice")] = new KindStrategy { CountsGeneration = true },
        [("resource.k8s.io", "DeviceClass")] = new KindStrategy { CountsGeneration = true },
        [("node.k8s.io", "RuntimeClass")] = new KindStrategy(),
        [("flowcontrol.apiserver.k8s.io", "FlowSchema")] = new KindStrategy { HasStatus = true, CountsGeneration = true },
        [("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration")] = new KindStrategy { HasStatus = true, CountsGeneration = true },
        [("", "ConfigMap")] = new ConfigMapStrategy(),
        [("", "Secret")] = new SecretStrategy(),
        [("storage.k8s.io", "StorageClass")] = new StorageClassStrategy(),
    };

    private static readonly Dictionary<(string Group, string Kind), IKindStrategy> WithLoopbackEndpoints = new()
    {
        [("", "Endpoints")] = new EndpointsStrategy(loopback: true),
        [("discovery.k8s.io", "EndpointSlice")] = new EndpointSliceStrategy(loopback: true),
    };

    /// <summary>Gets the strategy of a built-in kind.</summary>
    /// <param name="group">The API group, empty for core.</param>
    /// <param name="kind">The kind, as in <c>Deployment</c>.</param>
    /// <param name="loopbackEndpoints">Whether endpoints may have loopback addresses.</param>
    /// <returns>Its strategy; kinds without rules of their own share one that changes and refuses nothing.</returns>
    public static IKindStrategy For(string group, string kind, bool loopbackEndpoints = false) =>
        loopbackEndpoints && WithLoopbackEndpoints.TryGetValue((group, kind), out var strategy) ? strategy : Known.GetValueOrDefault((group, kind), Plain);
}
