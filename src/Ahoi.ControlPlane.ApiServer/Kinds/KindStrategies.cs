using Ahoi.ControlPlane.ApiServer.Kinds.Apps;
using Ahoi.ControlPlane.ApiServer.Kinds.Batch;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;

namespace Ahoi.ControlPlane.ApiServer.Kinds;

/// <summary>Knows the strategy of each built-in kind.</summary>
internal static class KindStrategies
{
    private static readonly KindStrategy Plain = new();

    private static readonly Dictionary<(string Group, string Kind), IKindStrategy> Known = new()
    {
        [("", "Pod")] = new PodStrategy(),
        [("", "Service")] = new KindStrategy { HasStatus = true, AllowsCreateOnUpdate = true, DeleteAnswersObject = true, NameFormat = NameFormat.ServiceLabel },
        [("", "Namespace")] = new KindStrategy { HasStatus = true, DeleteAnswersObject = true, NameFormat = NameFormat.Label },
        [("", "Node")] = new KindStrategy { HasStatus = true },
        [("", "PersistentVolumeClaim")] = new KindStrategy { HasStatus = true, DeleteAnswersObject = true },
        [("", "PersistentVolume")] = new KindStrategy { HasStatus = true },
        [("", "ReplicationController")] = new ReplicationControllerStrategy(),
        [("", "ResourceQuota")] = new KindStrategy { HasStatus = true, DeleteAnswersObject = true },
        [("", "ServiceAccount")] = new KindStrategy { DeleteAnswersObject = true },
        [("", "Endpoints")] = new KindStrategy { AllowsCreateOnUpdate = true },
        [("", "Event")] = new KindStrategy { AllowsCreateOnUpdate = true },
        [("", "LimitRange")] = new KindStrategy { AllowsCreateOnUpdate = true },
        [("", "PodTemplate")] = new PodTemplateStrategy(),
        [("events.k8s.io", "Event")] = new KindStrategy { AllowsCreateOnUpdate = true },
        [("apps", "Deployment")] = new DeploymentStrategy(),
        [("apps", "ReplicaSet")] = new ReplicaSetStrategy(),
        [("apps", "StatefulSet")] = new StatefulSetStrategy(),
        [("apps", "DaemonSet")] = new DaemonSetStrategy(),
        [("batch", "Job")] = new JobStrategy(),
        [("batch", "CronJob")] = new CronJobStrategy(),
        [("apps", "ControllerRevision")] = new ControllerRevisionStrategy(),
        [("autoscaling", "HorizontalPodAutoscaler")] = new KindStrategy { HasStatus = true },
        [("networking.k8s.io", "Ingress")] = new KindStrategy { HasStatus = true, CountsGeneration = true },
        [("networking.k8s.io", "IngressClass")] = new KindStrategy { CountsGeneration = true },
        [("networking.k8s.io", "NetworkPolicy")] = new KindStrategy { CountsGeneration = true },
        [("networking.k8s.io", "ServiceCIDR")] = new KindStrategy { HasStatus = true },
        [("discovery.k8s.io", "EndpointSlice")] = new KindStrategy { CountsGeneration = true, AllowsCreateOnUpdate = false },
        [("policy", "PodDisruptionBudget")] = new KindStrategy { HasStatus = true, CountsGeneration = true, AllowsUnconditionalUpdate = false },
        [("coordination.k8s.io", "Lease")] = new KindStrategy { AllowsCreateOnUpdate = true, AllowsUnconditionalUpdate = false },
        [("rbac.authorization.k8s.io", "Role")] = new KindStrategy { AllowsCreateOnUpdate = true, NameFormat = NameFormat.PathSegment },
        [("rbac.authorization.k8s.io", "ClusterRole")] = new KindStrategy { AllowsCreateOnUpdate = true, NameFormat = NameFormat.PathSegment },
        [("rbac.authorization.k8s.io", "RoleBinding")] = new KindStrategy { AllowsCreateOnUpdate = true, NameFormat = NameFormat.PathSegment },
        [("rbac.authorization.k8s.io", "ClusterRoleBinding")] = new KindStrategy { AllowsCreateOnUpdate = true, NameFormat = NameFormat.PathSegment },
        [("admissionregistration.k8s.io", "ValidatingWebhookConfiguration")] = new KindStrategy { CountsGeneration = true },
        [("admissionregistration.k8s.io", "MutatingWebhookConfiguration")] = new KindStrategy { CountsGeneration = true },
        [("admissionregistration.k8s.io", "ValidatingAdmissionPolicy")] = new KindStrategy { HasStatus = true, CountsGeneration = true },
        [("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding")] = new KindStrategy { CountsGeneration = true },
        [("admissionregistration.k8s.io", "MutatingAdmissionPolicy")] = new KindStrategy { CountsGeneration = true },
        [("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding")] = new KindStrategy { CountsGeneration = true },
        [("scheduling.k8s.io", "PriorityClass")] = new KindStrategy { CountsGeneration = true },
        [("apiregistration.k8s.io", "APIService")] = new KindStrategy { HasStatus = true },
        [("apiextensions.k8s.io", "CustomResourceDefinition")] = new KindStrategy { HasStatus = true, CountsGeneration = true },
        [("certificates.k8s.io", "CertificateSigningRequest")] = new KindStrategy { HasStatus = true, NameFormat = NameFormat.PathSegment },
        [("storage.k8s.io", "VolumeAttachment")] = new KindStrategy { HasStatus = true },
        [("resource.k8s.io", "ResourceClaim")] = new KindStrategy { HasStatus = true },
        [("resource.k8s.io", "ResourceSlice")] = new KindStrategy { CountsGeneration = true },
        [("resource.k8s.io", "DeviceClass")] = new KindStrategy { CountsGeneration = true },
        [("node.k8s.io", "RuntimeClass")] = new KindStrategy(),
        [("flowcontrol.apiserver.k8s.io", "FlowSchema")] = new KindStrategy { HasStatus = true, CountsGeneration = true },
        [("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration")] = new KindStrategy { HasStatus = true, CountsGeneration = true },
    };

    /// <summary>Gets the strategy of a built-in kind.</summary>
    /// <param name="group">The API group, empty for core.</param>
    /// <param name="kind">The kind, as in <c>Deployment</c>.</param>
    /// <returns>Its strategy; kinds without rules of their own share one that changes and refuses nothing.</returns>
    public static IKindStrategy For(string group, string kind) => Known.GetValueOrDefault((group, kind), Plain);
}
