using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Tests.Kinds;

/// <summary>What a new object may hold and what it may not, kind by kind: object, causes.</summary>
public sealed class KindCreationsTests
{
    private const string Job = "\"template\":{\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}";
    private const string Indexed = "\"completionMode\":\"Indexed\",\"completions\":5,\"parallelism\":2," + Job;
    private const string Container = "\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]";

    public static TheoryData<string, string, string, string> Pods() => new()
    {
        { "", "Pod", """{CONTAINER,"volumes":[{"name":"v","iscsi":{"targetPortal":"p","iqn":"iqn.2001-04.com.example:d","lun":256}}]}""", "Invalid spec.volumes[0].iscsi.lun" },
        { "", "Pod", """{CONTAINER,"volumes":[{"name":"v","iscsi":{"targetPortal":"p","iqn":"disk"}}]}""", "Invalid spec.volumes[0].iscsi.iqn" },
        { "", "Pod", """{CONTAINER,"volumes":[{"name":"v","gcePersistentDisk":{}}]}""", "Required spec.volumes[0].persistentDisk.pdName" },
        { "", "Pod", """{CONTAINER,"volumes":[{"name":"v","fc":{"targetWWNs":["a"]}}]}""", "Required spec.volumes[0].fc.lun" },
        { "", "Pod", """{CONTAINER,"volumes":[{"name":"v","flexVolume":{"driver":"d","options":{"x.kubernetes.io/o":"v"}}}]}""", "Invalid spec.volumes[0].flexVolume.options[x.kubernetes.io/o]" },
        { "", "Pod", """{CONTAINER,"volumes":[{"name":"v","downwardAPI":{"items":[{"path":"","fieldRef":{"fieldPath":"metadata.name"}}]}}]}""", "Required spec.volumes[0].downwardAPI.path" },
        { "", "Pod", """{CONTAINER,"volumes":[{"name":"v","projected":{"sources":[{"configMap":{"name":"a","items":[{"key":"k","path":"p"}]}},{"secret":{"name":"b","items":[{"key":"k","path":"p"}]}}]}}]}""", "Invalid spec.volumes[0].projected" },
        { "", "Pod", """{CONTAINER,"volumes":[{"name":"v","projected":{"sources":[{"configMap":{"name":"a"},"secret":{"name":"b"}}]}}]}""", "Forbidden spec.volumes[0].projected.sources[0]" },
        { "", "Pod", """{CONTAINER,"serviceAccountName":"s","volumes":[{"name":"v","projected":{"sources":[{"serviceAccountToken":{"path":"/t"}}]}}]}""", "Invalid spec.volumes[0].projected.path" },
        { "", "Pod", """{CONTAINER,"volumes":[{"name":"v","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}}]}""", "Forbidden spec.volumes[0].projected.sources[0].serviceAccountToken" },
        { "", "Pod", """{CONTAINER,"volumes":[{"name":"v","ephemeral":{"volumeClaimTemplate":{"metadata":{"name":"n"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}}}]}""", "Forbidden spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name" },
        { "", "Pod", """{"containers":[{"name":"c","image":"i","volumeMounts":[{"name":"v","mountPath":"/m","subPath":"/abs"}]}],"volumes":[{"name":"v"}]}""", "Invalid spec.containers[0].volumeMounts.subPath" },
        { "", "Pod", """{"containers":[{"name":"c","image":"i","envFrom":[{}]}]}""", "Invalid spec.containers[0].envFrom" },
        { "", "Pod", """{"containers":[{"name":"c","image":"i","env":[{"name":"E","valueFrom":{"secretKeyRef":{"key":"k"}}}]}]}""", "Invalid spec.containers[0].env[0].valueFrom.secretKeyRef.name" },
        { "", "Pod", """{"containers":[{"name":"c","image":"i","env":[{"name":"E","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['a b']"}}}]}]}""", "Invalid spec.containers[0].env[0].valueFrom.fieldRef" },
        { "", "Pod", """{"containers":[{"name":"c","image":"i","resizePolicy":[{"resourceName":"cpu","restartPolicy":"NotRequired"},{"resourceName":"cpu","restartPolicy":"Sometimes"}]}]}""", "Duplicate spec.containers[0].resizePolicy[1]|NotSupported spec.containers[0].resizePolicy" },
        { "", "Pod", """{"restartPolicy":"Never","containers":[{"name":"c","image":"i","resizePolicy":[{"resourceName":"cpu","restartPolicy":"RestartContainer"}]}]}""", "Invalid spec.containers[0].resizePolicy" },
        { "", "Pod", """{"containers":[{"name":"c","image":"i","restartPolicyRules":[{"action":"Restart","exitCodes":{"operator":"In","values":[1]}}]}]}""", "Required spec.containers[0].restartPolicy" },
        { "", "Pod", """{"containers":[{"name":"c","image":"i","resources":{"claims":[{"name":"gpu"}]}}]}""", "NotFound spec.containers[0].resources.claims[0]" },
        { "", "Pod", """{CONTAINER,"resourceClaims":[{"name":"gpu"}]}""", "Invalid spec.resourceClaims[0]" },
        { "", "Pod", """{"containers":[{"name":"c","image":"i","resources":{"limits":{"hugepages-2Mi":"3Mi","cpu":"1"}}}]}""", "Invalid spec.containers[0].resources.limits[hugepages-2Mi]|Invalid spec.containers[0].resources.requests[hugepages-2Mi]" },
        { "", "Pod", """{CONTAINER,"dnsPolicy":"None"}""", "Required spec.dnsConfig" },
        { "", "Pod", """{CONTAINER,"schedulingGates":[{"name":"a b"}]}""", "Invalid spec.schedulingGates[0]" },
        { "", "Pod", """{CONTAINER,"nodeName":"n","schedulingGates":[{"name":"g"}]}""", "Forbidden spec.nodeName" },
        { "", "Pod", """{CONTAINER,"hostAliases":[{"ip":"10.0.0.1","hostnames":["A"]}]}""", "Invalid spec.hostAliases[0].hostnames[0]" },
        { "", "Pod", """{CONTAINER,"hostUsers":false,"hostPID":true}""", "Forbidden spec.HostPID" },
        { "", "Pod", """{CONTAINER,"os":{"name":"linux"},"securityContext":{"windowsOptions":{}}}""", "Forbidden spec.securityContext.windowsOptions" },
        { "", "Pod", """{CONTAINER,"os":{"name":"windows"},"securityContext":{"runAsUser":1}}""", "Forbidden spec.securityContext.runAsUser" },
        { "", "Pod", """{CONTAINER,"os":{"name":"plan9"}}""", "NotSupported spec.os" },
        { "", "Pod", """{CONTAINER,"hostNetwork":true,"securityContext":{"sysctls":[{"name":"net.core.somaxconn","value":"1"}]}}""", "Invalid spec.securityContext.sysctls[0].name" },
        { "", "Pod", """{"containers":[{"name":"c","image":"i","securityContext":{"procMount":"Unmasked"}}]}""", "Invalid spec.containers[0].securityContext.procMount" },
        { "", "Pod", """{"containers":[{"name":"c","image":"i","securityContext":{"seccompProfile":{"type":"Localhost"}}}]}""", "Required spec.containers[0].securityContext.seccompProfile.localhostProfile" },
        { "", "Pod", """{CONTAINER,"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["A"]}]}]}}}}""", "Invalid spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].values[0]" },
        { "", "Pod", """{CONTAINER,"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"DoNotSchedule"},{"maxSkew":2,"topologyKey":"z","whenUnsatisfiable":"DoNotSchedule"}]}""", "Duplicate spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}" },
    };

    public static TheoryData<string, string, string, string> Others() => new()
    {
        { "batch", "Job", """{"spec":{"maxFailedIndexes":1,INDEXED}}""", "Required spec.backoffLimitPerIndex" },
        { "batch", "Job", """{"spec":{"backoffLimitPerIndex":1,"maxFailedIndexes":6,INDEXED}}""", "Invalid spec.maxFailedIndexes" },
        { "batch", "Job", """{"spec":{"backoffLimitPerIndex":1,JOB}}""", "Invalid spec.backoffLimitPerIndex" },
        { "batch", "Job", """{"spec":{"managedBy":"me",JOB}}""", "Invalid spec.managedBy" },
        { "batch", "Job", """{"spec":{"successPolicy":{"rules":[{"succeededIndexes":"0-2,2"}]},INDEXED}}""", "Invalid spec.successPolicy.rules[0].succeededIndexes" },
        { "batch", "Job", """{"spec":{"successPolicy":{"rules":[{"succeededIndexes":"0-5"}]},INDEXED}}""", "Invalid spec.successPolicy.rules[0].succeededIndexes" },
        { "batch", "Job", """{"spec":{"successPolicy":{"rules":[{"succeededIndexes":"0-2,4","succeededCount":5}]},INDEXED}}""", "Invalid spec.successPolicy.rules[0].succeededCount" },
        { "batch", "Job", """{"spec":{"successPolicy":{"rules":[{"succeededIndexes":"0-2,4","succeededCount":4}]},INDEXED}}""", "" },
        { "batch", "Job", """{"spec":{"podFailurePolicy":{"rules":[{"action":"FailIndex","onExitCodes":{"operator":"In","values":[1]}}]},INDEXED}}""", "Invalid spec.podFailurePolicy.rules[0].action" },
        { "batch", "Job", """{"spec":{"podFailurePolicy":{"rules":[{"action":"FailJob","onExitCodes":{"containerName":"x","operator":"In","values":[2,1,2]}}]},JOB}}""", "Invalid spec.podFailurePolicy.rules[0].onExitCodes.containerName|Duplicate spec.podFailurePolicy.rules[0].onExitCodes.values[2]|Invalid spec.podFailurePolicy.rules[0].onExitCodes.values" },
        { "batch", "CronJob", """{"spec":{"schedule":"* * * * *","timeZone":"Europe/../Berlin","jobTemplate":{"spec":{JOB}}}}""", "Invalid spec.timeZone" },
        { "", "Service", """{"spec":{"clusterIP":"10.96.0.9","ports":[{"port":80}],"trafficDistribution":"Near"}}""", "NotSupported spec.trafficDistribution" },
        { "", "Service", """{"spec":{"clusterIP":"10.96.0.9","ports":[{"port":80}],"externalTrafficPolicy":"Local"}}""", "Invalid spec.externalTrafficPolicy" },
        { "", "Service", """{"spec":{"clusterIP":"10.96.0.9","ports":[{"port":80}],"healthCheckNodePort":30000}}""", "Invalid spec.healthCheckNodePort" },
        { "", "Service", """{"spec":{"clusterIP":"10.96.0.9","ports":[{"port":80}],"loadBalancerSourceRanges":["10.0.0.0/8"]}}""", "Forbidden spec.LoadBalancerSourceRanges" },
        { "", "Service", """{"spec":{"type":"LoadBalancer","clusterIP":"10.96.0.9","ports":[{"port":10250}],"loadBalancerSourceRanges":["10/8"]}}""", "Invalid spec.LoadBalancerSourceRanges[0]|Invalid spec.ports[0]" },
        { "", "Service", """{"spec":{"clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9","10.96.0.10","fd00::1"],"ports":[{"port":80}]}}""", "Invalid spec.clusterIPs|Invalid spec.clusterIPs" },
        { "", "Service", """{"spec":{"clusterIP":"10.96.0.9","ipFamilies":["IPv6"],"ports":[{"port":80}]}}""", "Invalid spec.clusterIPs[0]" },
        { "", "PersistentVolumeClaim", """{"spec":{"accessModes":["ReadWriteOnce"]}}""", "Required spec.resources[storage]" },
        { "", "PersistentVolumeClaim", """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"dataSource":{"kind":"PersistentVolumeClaim","name":"a"},"dataSourceRef":{"kind":"PersistentVolumeClaim","name":"b"}}}""", "Invalid spec" },
        { "", "PersistentVolume", """{"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"csi":{"driver":"d","volumeHandle":"h","nodePublishSecretRef":{"name":"s"}}}}""", "Required spec.csi.nodePublishSecretRef.namespace" },
        { "", "PersistentVolume", """{"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/"},"persistentVolumeReclaimPolicy":"Recycle"}}""", "Forbidden spec.persistentVolumeReclaimPolicy" },
        { "", "ResourceQuota", """{"spec":{"hard":{"pods":"1","services":"1"},"scopeSelector":{"matchExpressions":[{"scopeName":"Terminating","operator":"In"}]}}}""", "Invalid spec.scopeSelector.matchExpressions|Invalid spec.scopeSelector.matchExpressions.operator|Required spec.scopeSelector.matchExpressions.values" },
        { "", "ResourceQuota", """{"spec":{"hard":{"pods":"1","count/widgets.example.com":"1"},"scopes":["BestEffort"]}}""", "" },
        { "", "LimitRange", """{"spec":{"limits":[{"type":"PersistentVolumeClaim"}]}}""", "Required spec.limits[0].limits" },
        { "", "LimitRange", """{"spec":{"limits":[{"type":"Container","min":{"cpu":"1"},"max":{"cpu":"2"},"maxLimitRequestRatio":{"cpu":"3"}}]}}""", "Invalid spec.limits[0].maxLimitRequestRatio[cpu]" },
        { "", "LimitRange", """{"spec":{"limits":[{"type":"Container","max":{"storage":"1Gi"}}]}}""", "Invalid spec.limits[0].max[storage]|Invalid spec.limits[0].default[storage]|Invalid spec.limits[0].defaultRequest[storage]" },
        { "", "Node", """{"spec":{"podCIDRs":["10.0.0.0/24","10.0.1.0/24"]}}""", "Invalid spec.podCIDRs" },
        { "apps", "StatefulSet", """{"spec":{"serviceName":"A","selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{CONTAINER}}}}""", "Invalid spec.serviceName" },
        { "apps", "Deployment", """{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"},"annotations":{"controller.kubernetes.io/pod-deletion-cost":"+1"}},"spec":{CONTAINER}}}}""", "Invalid spec.template.annotations[controller.kubernetes.io/pod-deletion-cost]" },
        { "apps", "Deployment", """{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}]}]}}}}""", "" },
        { "autoscaling", "HorizontalPodAutoscaler", """{"apiVersion":"autoscaling/v2","spec":{"maxReplicas":2,"scaleTargetRef":{"kind":"D","name":"d"},"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization"}}}]}}""", "Required spec.metrics[0].resource.target.averageUtilization" },
        { "autoscaling", "HorizontalPodAutoscaler", """{"apiVersion":"autoscaling/v2","spec":{"maxReplicas":2,"scaleTargetRef":{"kind":"D","name":"d","apiVersion":"a/b/c"},"metrics":[{"type":"Pods","pods":{"metric":{"name":"m"},"target":{"type":"Sum","averageValue":"1"}}}]}}""", "Invalid spec.scaleTargetRef.apiVersion|Invalid spec.metrics[0].pods.target.type" },
        { "autoscaling", "HorizontalPodAutoscaler", """{"apiVersion":"autoscaling/v2","spec":{"maxReplicas":2,"scaleTargetRef":{"kind":"D","name":"d"},"metrics":[{"type":"Pods","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":1}}}]}}""", "Required spec.metrics[0].pods" },
        { "discovery.k8s.io", "EndpointSlice", """{"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"hints":{"forZones":[{"name":"a"},{"name":"a"}]}}]}""", "Duplicate endpoints[0].hints.forZones[1].name" },
        { "networking.k8s.io", "Ingress", """{"spec":{"rules":[{"http":{"paths":[{"path":"/","backend":{}}]}}]}}""", "Required spec.rules[0].http.paths[0].pathType" },
        { "networking.k8s.io", "NetworkPolicy", """{"spec":{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.0.0.0/8"]}}]}]}}""", "Invalid spec.ingress[0].from[0].ipBlock.except[0]" },
        { "storage.k8s.io", "StorageClass", """{"provisioner":"p","allowedTopologies":[{"matchLabelExpressions":[{"key":"z","values":["a"]}]},{"matchLabelExpressions":[{"key":"z","values":["a"]}]}]}""", "Duplicate allowedTopologies[1].matchLabelExpressions" },
    };

    [Theory]
    [MemberData(nameof(Pods))]
    public void Create_OfPod_IsAllowedOrRefusedWithCauses(string group, string kind, string spec, string causes) =>
        Assert.Equal(causes, CausesOf(group, kind, """{"metadata":{"name":"p"},"spec":SPEC}""".Replace("SPEC", spec, StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Others))]
    public void Create_OfKind_IsAllowedOrRefusedWithCauses(string group, string kind, string value, string causes) =>
        Assert.Equal(causes, CausesOf(group, kind, value));

    private static string CausesOf(string group, string kind, string json)
    {
        var strategy = KindStrategies.For(group, kind);
        var value = JsonTree.ParseMap(json.Replace("INDEXED", Indexed, StringComparison.Ordinal).Replace("JOB", Job, StringComparison.Ordinal).Replace("CONTAINER", Container, StringComparison.Ordinal));
        value.Default("metadata", new JsonMap { ["name"] = "n", ["uid"] = "u" });
        strategy.SetDefaults(value);
        strategy.PrepareCreate(value);
        var errors = new FieldErrors();
        strategy.ValidateCreate(value, errors);
        return string.Join("|", errors.Select(e => $"{e.Reason["FieldValue".Length..]} {e.Field}"));
    }
}
