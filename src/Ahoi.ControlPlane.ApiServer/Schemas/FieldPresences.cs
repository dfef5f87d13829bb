using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>
/// Which fields of the built-in types vanish when they are zero and which appear when they are missing. Most of it
/// follows from the schema data; the rest is kept in tables of <c>Type.field</c>, preceded by the group and version
/// where two types share a name.
/// </summary>
internal static class FieldPresences
{
    /// <summary>Integers and booleans that do not tell unset from zero; all other optional ones do.</summary>
    private static readonly HashSet<string> PlainNumbersAndFlags = Table("""
        DaemonSetSpec minReadySeconds
        DaemonSetStatus numberAvailable numberUnavailable observedGeneration updatedNumberScheduled
        DeploymentSpec minReadySeconds paused
        DeploymentStatus availableReplicas observedGeneration readyReplicas replicas unavailableReplicas updatedReplicas
        ReplicaSetSpec minReadySeconds
        ReplicaSetStatus availableReplicas fullyLabeledReplicas observedGeneration readyReplicas
        StatefulSetSpec minReadySeconds
        StatefulSetStatus currentReplicas observedGeneration readyReplicas updatedReplicas
        TokenReviewStatus authenticated
        SubjectAccessReviewStatus denied
        autoscaling.v2.HorizontalPodAutoscalerStatus currentReplicas
        JobStatus active failed succeeded
        AWSElasticBlockStoreVolumeSource partition readOnly
        AzureFilePersistentVolumeSource readOnly
        AzureFileVolumeSource readOnly
        CSIPersistentVolumeSource readOnly
        CephFSPersistentVolumeSource readOnly
        CephFSVolumeSource readOnly
        CinderPersistentVolumeSource readOnly
        CinderVolumeSource readOnly
        Container stdin stdinOnce tty
        ContainerImage sizeBytes
        ContainerPort hostPort
        ContainerStateTerminated signal
        EphemeralContainer stdin stdinOnce tty
        core.v1.Event count
        core.v1.EventSeries count
        FCVolumeSource readOnly
        FlexPersistentVolumeSource readOnly
        FlexVolumeSource readOnly
        GCEPersistentDiskVolumeSource partition readOnly
        GlusterfsPersistentVolumeSource readOnly
        GlusterfsVolumeSource readOnly
        ISCSIPersistentVolumeSource chapAuthDiscovery chapAuthSession readOnly
        ISCSIVolumeSource chapAuthDiscovery chapAuthSession readOnly
        NFSVolumeSource readOnly
        NodeSpec unschedulable
        PersistentVolumeClaimVolumeSource readOnly
        PodCondition observedGeneration
        PodSpec hostIPC hostNetwork hostPID
        PodStatus observedGeneration
        PortworxVolumeSource readOnly
        Probe failureThreshold initialDelaySeconds periodSeconds successThreshold timeoutSeconds
        QuobyteVolumeSource readOnly
        RBDPersistentVolumeSource readOnly
        RBDVolumeSource readOnly
        ReplicationControllerStatus availableReplicas fullyLabeledReplicas observedGeneration readyReplicas
        ScaleIOPersistentVolumeSource readOnly sslEnabled
        ScaleIOVolumeSource readOnly sslEnabled
        ServicePort nodePort
        ServiceSpec healthCheckNodePort publishNotReadyAddresses
        StorageOSPersistentVolumeSource readOnly
        StorageOSVolumeSource readOnly
        VolumeMount readOnly
        VolumeMountStatus readOnly
        events.v1.Event deprecatedCount
        ResourcePolicyRule clusterScope
        ServiceBackendPort number
        PodDisruptionBudgetStatus observedGeneration
        DeviceSubRequest count
        ExactDeviceRequest count
        PriorityClass globalDefault
        ValidatingAdmissionPolicyStatus observedGeneration
        CustomResourceColumnDefinition priority
        CustomResourceDefinitionCondition observedGeneration
        CustomResourceDefinitionSpec preserveUnknownFields
        CustomResourceDefinitionStatus observedGeneration
        CustomResourceDefinitionVersion deprecated
        JSONSchemaProps exclusiveMaximum exclusiveMinimum nullable uniqueItems x-kubernetes-embedded-resource x-kubernetes-int-or-string
        Condition observedGeneration
        ObjectMeta generation
        Status code
        StatusDetails retryAfterSeconds
        APIServiceSpec insecureSkipTLSVerify
        """);

    /// <summary>Optional strings that do tell unset from empty; all others do not.</summary>
    private static readonly HashSet<string> OptionalTexts = Table("""
        MutatingAdmissionPolicySpec failurePolicy
        MutatingWebhook failurePolicy matchPolicy reinvocationPolicy
        ValidatingWebhook failurePolicy matchPolicy
        ValidatingAdmissionPolicySpec failurePolicy
        MatchResources matchPolicy
        NamedRuleWithOperations scope
        RuleWithOperations scope
        ParamRef parameterNotFoundAction
        ServiceReference path
        Validation reason
        WebhookClientConfig url
        AppArmorProfile localhostProfile
        SeccompProfile localhostProfile
        AzureFilePersistentVolumeSource secretNamespace
        CSIVolumeSource fsType
        ClusterTrustBundleProjection name signerName
        Container restartPolicy
        EphemeralContainer restartPolicy
        Lifecycle stopSignal
        ContainerStatus stopSignal
        EndpointAddress nodeName
        core.v1.EndpointPort appProtocol
        discovery.v1.EndpointPort appProtocol name protocol
        Endpoint hostname nodeName zone
        GlusterfsPersistentVolumeSource endpointsNamespace
        HostPathVolumeSource type
        ISCSIPersistentVolumeSource initiatorName
        ISCSIVolumeSource initiatorName
        LoadBalancerIngress ipMode
        LocalVolumeSource fsType
        PersistentVolumeClaimSpec storageClassName volumeAttributesClassName volumeMode
        PersistentVolumeClaimStatus currentVolumeAttributesClassName
        PersistentVolumeSpec volumeAttributesClassName volumeMode
        PodDNSConfigOption value
        PodResourceClaim resourceClaimName resourceClaimTemplateName
        PodResourceClaimStatus resourceClaimName
        PodSchedulingGroup podGroupName
        PodSecurityContext fsGroupChangePolicy seLinuxChangePolicy supplementalGroupsPolicy
        PodSpec hostnameOverride preemptionPolicy runtimeClassName
        PortStatus error
        IngressPortStatus error
        SecurityContext procMount
        ServicePort appProtocol
        ServiceSpec internalTrafficPolicy ipFamilyPolicy loadBalancerClass trafficDistribution
        TopologySpreadConstraint nodeAffinityPolicy nodeTaintsPolicy
        TypedLocalObjectReference apiGroup
        TypedObjectReference apiGroup namespace
        VolumeMount mountPropagation recursiveReadOnly
        VolumeMountStatus recursiveReadOnly
        WindowsSecurityContextOptions gmsaCredentialSpec gmsaCredentialSpecName runAsUserName
        IngressClassParametersReference apiGroup namespace scope
        IngressSpec ingressClassName
        NetworkPolicyPort protocol
        PodDisruptionBudgetSpec unhealthyPodEvictionPolicy
        PriorityClass preemptionPolicy
        CSIDriverSpec fsGroupPolicy
        StorageClass reclaimPolicy volumeBindingMode
        VolumeAttachmentSource persistentVolumeName
        CustomResourceDefinitionVersion deprecationWarning
        CustomResourceSubresourceScale labelSelectorPath
        ValidationRule reason
        JSONSchemaProps x-kubernetes-list-type x-kubernetes-map-type
        DeleteOptions propagationPolicy
        Preconditions resourceVersion uid
        LeaseSpec holderIdentity preferredHolder strategy
        CronJobSpec timeZone
        JobSpec completionMode managedBy podReplacementPolicy
        JobStatus failedIndexes
        PodFailurePolicyOnExitCodesRequirement containerName
        SuccessPolicyRule succeededIndexes
        HPAScalingRules selectPolicy
        AllocatedDeviceStatus shareID
        Device nodeName
        DeviceAttribute string version
        DeviceClassSpec extendedResourceName
        DeviceConstraint distinctAttribute matchAttribute
        DeviceRequestAllocationResult shareID
        NodeAllocatableResourceMapping capacityKey
        ResourceSliceSpec nodeName
        AzureDiskVolumeSource cachingMode fsType kind
        """);

    /// <summary>Fields with a zero default that vanish nevertheless.</summary>
    private static readonly HashSet<string> VanishingDefaults = Table("""
        LocalObjectReference name
        ConfigMapEnvSource name
        ConfigMapKeySelector name
        ConfigMapProjection name
        ConfigMapVolumeSource name
        SecretEnvSource name
        SecretKeySelector name
        SecretProjection name
        ScaleSpec replicas
        ReplicationControllerSpec minReadySeconds
        FileKeySelector optional
        AzureDiskVolumeSource readOnly
        GRPCAction service
        """);

    /// <summary>Of those, the ones that tell unset from zero.</summary>
    private static readonly HashSet<string> OptionalDefaults = Table("""
        FileKeySelector optional
        AzureDiskVolumeSource readOnly
        GRPCAction service
        """);

    /// <summary>Times that are left out when they are not set; all others are null then.</summary>
    private static readonly HashSet<string> OptionalTimes = Table("""
        ObjectMeta creationTimestamp deletionTimestamp
        ManagedFieldsEntry time
        autoscaling.v1.HorizontalPodAutoscalerStatus lastScaleTime
        autoscaling.v2.HorizontalPodAutoscalerStatus lastScaleTime
        CronJobStatus lastScheduleTime lastSuccessfulTime
        JobStatus completionTime startTime
        LeaseSpec acquireTime renewTime
        PersistentVolumeStatus lastPhaseTransitionTime
        PodStatus startTime
        Taint timeAdded
        AllocationResult allocationTimestamp
        DeviceTaint timeAdded
        """);

    /// <summary>Quantities and integers-or-strings that are zero, not missing, when they are not set.</summary>
    private static readonly HashSet<string> PlainQuantities = Table("""
        ResourceFieldSelector divisor
        HTTPGetAction port
        TCPSocketAction port
        ServicePort targetPort
        Counter value
        DeviceCapacity value
        """);

    /// <summary>Lists that are null when they are not set, though they are not required.</summary>
    private static readonly HashSet<string> NullableLists = Table("""
        Role rules
        ClusterRole rules
        EndpointSlice endpoints ports
        CustomResourceDefinitionStatus conditions storedVersions
        autoscaling.v2.HorizontalPodAutoscalerStatus currentMetrics
        """);

    /// <summary>Finds what becomes of a field.</summary>
    /// <param name="owner">The definition's name, as in <c>io.k8s.api.core.v1.Pod</c>.</param>
    /// <param name="field">The field's name.</param>
    /// <param name="source">The field's node as the data says it.</param>
    /// <param name="schema">The field's type.</param>
    /// <param name="required">Whether the data says that it must be there.</param>
    /// <returns>The presence.</returns>
    public static FieldPresence Of(string owner, string field, JsonMap source, Schema schema, bool required)
    {
        if (source.TryGetValue("default", out var initial) && IsZero(initial))
        {
            return !Lists(VanishingDefaults, owner, field) ? FieldPresence.Always
                : Lists(OptionalDefaults, owner, field) ? FieldPresence.AsGiven
                : FieldPresence.DropZero;
        }

        return schema.Form switch
        {
            SchemaForm.Integer32 or SchemaForm.Integer64 or SchemaForm.Number or SchemaForm.Flag =>
                Lists(PlainNumbersAndFlags, owner, field) ? FieldPresence.DropZero : FieldPresence.AsGiven,
            SchemaForm.Text => required || Lists(OptionalTexts, owner, field) ? FieldPresence.AsGiven : FieldPresence.DropZero,
            SchemaForm.Time or SchemaForm.MicroTime =>
                Lists(OptionalTimes, owner, field) ? FieldPresence.AsGiven : FieldPresence.Always,
            SchemaForm.Quantity or SchemaForm.IntOrString =>
                Lists(PlainQuantities, owner, field) ? FieldPresence.Always : FieldPresence.AsGiven,
            SchemaForm.Bytes or SchemaForm.List or SchemaForm.Map when required || Lists(NullableLists, owner, field) =>

                // Custom resource definitions are stored as JSON, everything else in a form that cannot tell empty from null.
                owner.Contains(".apiextensions.", StringComparison.Ordinal) ? FieldPresence.Always : FieldPresence.AlwaysOrNull,

            // An empty list of managed fields is a request to forget them; who keeps them takes it away.
            SchemaForm.List when field == "managedFields" => FieldPresence.AsGiven,
            SchemaForm.Bytes or SchemaForm.List or SchemaForm.Map => FieldPresence.DropZero,
            _ => FieldPresence.AsGiven,
        };
    }

    private static bool IsZero(object? value) => value is "" or 0L or false or JsonMap { Count: 0 };

    private static bool Lists(HashSet<string> table, string owner, string field)
    {
        var lastDot = owner.LastIndexOf('.');
        if (table.Contains($"{owner.AsSpan(lastDot + 1)}.{field}"))
        {
            return true;
        }

        const string Api = "io.k8s.api.";
        return owner.StartsWith(Api, StringComparison.Ordinal) && table.Contains($"{owner.AsSpan(Api.Length)}.{field}");
    }

    private static HashSet<string> Table(string rows) =>
        rows.Split('\n')
            .Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .SelectMany(row => row.Skip(1).Select(field => $"{row[0]}.{field}"))
            .ToHashSet(StringComparer.Ordinal);
}
