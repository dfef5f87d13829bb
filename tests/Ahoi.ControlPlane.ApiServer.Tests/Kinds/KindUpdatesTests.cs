using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;

namespace Ahoi.ControlPlane.ApiServer.Tests.Kinds;

/// <summary>What an update may change and what it may not, kind by kind: object, merge patch, causes.</summary>
public sealed class KindUpdatesTests
{
    private const string Template = """{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}""";
    private const string JobTemplate = """{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}""";

    public static TheoryData<string, string, string, string, string> Updates() => new()
    {
        { "", "Pod", """{"spec":{"containers":[{"name":"c","image":"i"}]}}""", """{"spec":{"containers":[{"name":"c","image":"j"}]}}""", "" },
        { "", "Pod", """{"spec":{"containers":[{"name":"c","image":"i"}]}}""", """{"spec":{"hostNetwork":true}}""", "Forbidden spec" },
        { "", "Pod", """{"spec":{"containers":[{"name":"c","image":"i"}]}}""", """{"spec":{"containers":[]}}""", "Required spec.containers|Forbidden spec.containers" },
        { "", "Pod", """{"spec":{"containers":[{"name":"c","image":"i"}]}}""", """{"spec":{"activeDeadlineSeconds":5}}""", "" },
        { "", "Pod", """{"spec":{"activeDeadlineSeconds":5,"containers":[{"name":"c","image":"i"}]}}""", """{"spec":{"activeDeadlineSeconds":6}}""", "Invalid spec.activeDeadlineSeconds" },
        { "", "Pod", """{"spec":{"tolerations":[{"operator":"Exists"}],"containers":[{"name":"c","image":"i"}]}}""", """{"spec":{"tolerations":[{"operator":"Exists"},{"key":"k","operator":"Exists"}]}}""", "" },
        { "", "Pod", """{"spec":{"tolerations":[{"operator":"Exists"}],"containers":[{"name":"c","image":"i"}]}}""", """{"spec":{"tolerations":[]}}""", "Forbidden spec.tolerations" },
        { "apps", "Deployment", $$$"""{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{{{Template}}}}}""", """{"spec":{"replicas":3}}""", "" },
        { "apps", "Deployment", $$$"""{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{{{Template}}}}}""", """{"spec":{"selector":{"matchLabels":{"a":"c"}}}}""", "Invalid spec.template.metadata.labels|Invalid spec.selector" },
        { "apps", "StatefulSet", $$$"""{"spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"}},"template":{{{Template}}}}}""", """{"spec":{"serviceName":"t"}}""", "Forbidden spec" },
        { "apps", "StatefulSet", $$$"""{"spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"}},"template":{{{Template}}}}}""", """{"spec":{"replicas":0}}""", "" },
        { "apps", "DaemonSet", $$$"""{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{{{Template}}}}}""", """{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}""", "" },
        { "batch", "Job", $$$"""{"metadata":{"name":"j","uid":"u"},"spec":{"template":{{{JobTemplate}}}}}""", """{"spec":{"completions":5}}""", "Invalid spec.completions" },
        { "batch", "Job", $$$"""{"metadata":{"name":"j","uid":"u"},"spec":{"template":{{{JobTemplate}}}}}""", """{"spec":{"parallelism":5,"suspend":true}}""", "" },
        { "batch", "Job", $$$"""{"metadata":{"name":"j","uid":"u"},"spec":{"template":{{{JobTemplate}}}}}""", """{"spec":{"template":{"spec":{"nodeSelector":{"a":"b"}}}}}""", "Invalid spec.template" },
        { "batch", "Job", $$$"""{"metadata":{"name":"j","uid":"u"},"spec":{"suspend":true,"template":{{{JobTemplate}}}}}""", """{"spec":{"template":{"spec":{"nodeSelector":{"a":"b"}}}}}""", "" },
        { "", "Secret", """{"type":"Opaque","immutable":true,"data":{"a":"YQ=="}}""", """{"data":{"a":"Yg=="}}""", "Forbidden data" },
        { "", "ConfigMap", """{"immutable":true,"data":{"a":"b"}}""", """{"immutable":null,"data":{"a":"c"}}""", "Forbidden immutable|Forbidden data" },
        { "", "Service", """{"spec":{"clusterIP":"10.96.0.9","ports":[{"port":80}]}}""", """{"spec":{"clusterIP":"10.96.0.10","clusterIPs":["10.96.0.10"]}}""", "Invalid spec.clusterIPs[0]" },
        { "", "Service", """{"spec":{"clusterIP":"10.96.0.9","ports":[{"port":80}]}}""", """{"spec":{"clusterIP":null,"clusterIPs":null}}""", "" },
        { "", "PersistentVolumeClaim", """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""", """{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}""", "Forbidden spec" },
        { "", "PersistentVolumeClaim", """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""", """{"spec":{"volumeName":"v"}}""", "" },
        { "rbac.authorization.k8s.io", "RoleBinding", """{"roleRef":{"kind":"Role","name":"r"}}""", """{"roleRef":{"name":"s"}}""", "Invalid roleRef" },
        { "storage.k8s.io", "StorageClass", """{"provisioner":"p"}""", """{"reclaimPolicy":"Retain"}""", "Invalid reclaimPolicy" },
        { "scheduling.k8s.io", "PriorityClass", """{"metadata":{"name":"p"},"value":1}""", """{"value":2}""", "Forbidden value" },
        { "networking.k8s.io", "IngressClass", """{"spec":{"controller":"example.com/c"}}""", """{"spec":{"controller":"example.com/d"}}""", "Invalid spec.controller" },
    };

    [Theory]
    [MemberData(nameof(Updates))]
    public void Update_OfStoredObject_IsAllowedOrRefusedWithCauses(string group, string kind, string stored, string change, string causes)
    {
        var strategy = KindStrategies.For(group, kind);
        var old = JsonTree.ParseMap(stored);
        strategy.SetDefaults(old);
        strategy.PrepareCreate(old);
        var value = Merge(old.DeepClone(), JsonTree.ParseMap(change));
        strategy.SetDefaults(value);
        strategy.PrepareUpdate(value, old, "");
        var errors = new FieldErrors();
        strategy.ValidateUpdate(value, old, "", errors);

        Assert.Equal(causes, string.Join("|", errors.Select(e => $"{e.Reason["FieldValue".Length..]} {e.Field}")));
    }

    [Fact]
    public void PrepareUpdate_ThroughTheKindItself_KeepsTheStatus()
    {
        var old = JsonTree.ParseMap("""{"spec":{"replicas":1},"status":{"replicas":1}}""");
        var value = JsonTree.ParseMap("""{"spec":{"replicas":2},"status":{"replicas":9}}""");
        KindStrategies.For("apps", "ReplicaSet").PrepareUpdate(value, old, "");

        Assert.Equal("""{"spec":{"replicas":2},"status":{"replicas":1}}""", value.ToString());
    }

    [Fact]
    public void PrepareUpdate_ThroughStatus_KeepsAllButTheStatus()
    {
        var old = JsonTree.ParseMap("""{"spec":{"replicas":1},"status":{"replicas":1}}""");
        var value = JsonTree.ParseMap("""{"spec":{"replicas":2},"status":{"replicas":9}}""");
        KindStrategies.For("apps", "ReplicaSet").PrepareUpdate(value, old, "status");

        Assert.Equal("""{"spec":{"replicas":1},"status":{"replicas":9}}""", value.ToString());
    }

    [Fact]
    public void Update_ThroughResize_TakesResourcesAndNothingElse()
    {
        var strategy = KindStrategies.For("", "Pod");
        var old = JsonTree.ParseMap("""{"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"1"}}}]}}""");
        strategy.SetDefaults(old);
        strategy.PrepareCreate(old);
        var value = old.DeepClone();
        var container = (JsonMap)value.Map("spec")!.List("containers")![0]!;
        container["image"] = "other";
        container["resources"] = JsonTree.ParseMap("""{"requests":{"cpu":"2"}}""");
        strategy.PrepareUpdate(value, old, "resize");
        var errors = new FieldErrors();
        strategy.ValidateUpdate(value, old, "resize", errors);

        Assert.Empty(errors);
        var resized = (JsonMap)value.Map("spec")!.List("containers")![0]!;
        Assert.Equal("i", resized["image"]);
        Assert.Equal("2", resized.At("resources", "requests", "cpu"));
    }

    [Theory]
    [InlineData("{}", 0L, null)]
    [InlineData("""{"priorityClassName":"high"}""", 1000L, null)]
    [InlineData("""{"priorityClassName":"system-node-critical"}""", 2_000_001_000L, null)]
    [InlineData("""{"priorityClassName":"none"}""", null, "none")]
    [InlineData("""{"priority":5}""", 5L, "priority")]
    public void Set_PriorityOfPod_ComesFromItsClass(string spec, long? priority, string? problem)
    {
        var pod = new JsonMap { ["spec"] = JsonTree.ParseMap(spec) };
        var answer = PodPriority.Set(pod, [JsonTree.ParseMap("""{"metadata":{"name":"high"},"value":1000,"preemptionPolicy":"Never"}""")]);

        Assert.Equal(priority, pod.At("spec", "priority"));
        Assert.Contains(problem ?? "", answer ?? "", StringComparison.Ordinal);
        Assert.Equal(problem is null, answer is null);
    }

    [Fact]
    public void ChangesGeneration_OfDeployment_CountsAnnotationsToo()
    {
        var strategy = KindStrategies.For("apps", "Deployment");
        var old = JsonTree.ParseMap("""{"metadata":{"labels":{"a":"b"}},"spec":{"replicas":1}}""");

        Assert.False(strategy.ChangesGeneration(JsonTree.ParseMap("""{"metadata":{"labels":{"a":"c"}},"spec":{"replicas":1}}"""), old));
        Assert.True(strategy.ChangesGeneration(JsonTree.ParseMap("""{"metadata":{"annotations":{"a":"c"}},"spec":{"replicas":1}}"""), old));
        Assert.True(strategy.ChangesGeneration(JsonTree.ParseMap("""{"metadata":{"labels":{"a":"b"}},"spec":{"replicas":2}}"""), old));
    }

    private static JsonMap Merge(JsonMap target, JsonMap patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is null)
            {
                target.Remove(key);
            }
            else
            {
                target[key] = value is JsonMap map ? Merge(target.Map(key) ?? [], map) : value;
            }
        }

        return target;
    }
}
