using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Planning;
using Ahoi.Framework.Tests.Engine;
using Ahoi.Testing;

namespace Ahoi.Framework.Tests.Cluster;

/// <summary>Nothing is written where nothing differs, whatever the server defaults, converts and drops.</summary>
public sealed class SteadyStateTests : IAsyncLifetime
{
    private CronTabCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await CronTabCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Reconcile_NewObject_WritesFinalizerThenChildThenStatus()
    {
        await _cluster.RunAsync(Simple(), o => o.Owns(new("", "v1", "ConfigMap")));
        _cluster.Log.Writes.Clear();
        await _cluster.CreateCronTabAsync();

        var tab = await _cluster.ReadyAsync();

        Assert.Equal(
            [$"PATCH {CronTabCluster.Path}", $"PATCH {CronTabCluster.ConfigMapPath}my-job", $"PATCH {CronTabCluster.Path}/status"],
            _cluster.Log.Writes);
        Assert.Equal(1L, tab.At("status", "observedGeneration"));
        Assert.Equal("my-job", tab.At("status", "job"));
    }

    [Theory]
    [MemberData(nameof(Children))]
    public async Task Child_OfAKindWithDefaults_IsWrittenOnce(string kind, string json)
    {
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => new Description().Add(new Child(JsonTree.ParseMap(json)) { Ready = _ => Readiness.Ready }).WithStatus(new CronTabStatus(kind)),
        };
        var child = KindOf(json);
        var host = await _cluster.RunAsync(reconciler, o => o.Owns(child));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();
        _cluster.Log.Writes.Clear();

        await CronTabCluster.SettleAsync(host, reconciler);
        await TestCluster.StopAsync(host);
        Assert.Empty(_cluster.Log.Writes);

        var runs = reconciler.Runs;
        var again = await _cluster.RunAsync(reconciler, o => o.Owns(child));
        await CronTabCluster.EventuallyAsync(() => reconciler.Runs > runs, "seen by the new operator");
        await CronTabCluster.SettleAsync(again, reconciler);
        Assert.Empty(_cluster.Log.Writes);
    }

    public static TheoryData<string, string> Children => new()
    {
        {
            "Deployment",
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","labels":{"a":"b"}},"spec":{"replicas":2,"selector":{"matchLabels":{"a":"b"}},
             "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":0}},
             "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[
               {"name":"one","image":"nginx","ports":[{"containerPort":80},{"containerPort":81,"name":"more"}],
                "env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}},{"name":"EMPTY","value":""}],
                "resources":{"requests":{"cpu":"1000m","memory":"1024Mi"},"limits":{"cpu":2,"memory":"2048Mi"}},
                "readinessProbe":{"httpGet":{"path":"/","port":80}},"volumeMounts":[{"name":"v","mountPath":"/v"}],"command":["a","b"]},
               {"name":"two","image":"nginx:1"}],
              "initContainers":[{"name":"first","image":"busybox"}],"tolerations":[{"key":"k","operator":"Exists"}],
              "volumes":[{"name":"v","emptyDir":{}},{"name":"c","configMap":{"name":"x"}}],
              "imagePullSecrets":[{"name":"p"}],"securityContext":{},"serviceAccountName":"default","nodeSelector":{"x":"y"}}}}}
            """
        },
        {
            "StatefulSet",
            """
            {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"s"},"spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"}},
             "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"one","image":"postgres"}]}},
             "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1024Mi"}}}}]}}
            """
        },
        {
            "Service",
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"selector":{"a":"b"},"ports":[{"port":80,"targetPort":8080,"name":"http"},{"port":81,"name":"other"}]}}"""
        },
        { "HeadlessService", """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"clusterIP":"None","selector":{"a":"b"},"ports":[{"port":5432}]}}""" },
        { "Secret", """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"password":"x"},"data":{"other":"YQ=="}}""" },
        {
            "CronJob",
            """
            {"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"c"},"spec":{"schedule":"* * * * *","suspend":false,"jobTemplate":{"spec":{"parallelism":1,
             "template":{"spec":{"restartPolicy":"OnFailure","containers":[{"name":"job","image":"i"}]}}}}}}
            """
        },
        {
            "Job",
            """{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"job","image":"i"}]}}}}"""
        },
        {
            "Role",
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"r"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]}]}"""
        },
        {
            "RoleBinding",
            """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"r"},"roleRef":{"kind":"Role","name":"r","apiGroup":"rbac.authorization.k8s.io"},
             "subjects":[{"kind":"ServiceAccount","name":"default","namespace":"default"},{"kind":"User","name":"u"}]}
            """
        },
        {
            "Ingress",
            """
            {"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"i"},"spec":{"rules":[{"host":"a.example.com","http":{"paths":[
             {"path":"/","pathType":"Prefix","backend":{"service":{"name":"s","port":{"number":80}}}}]}}]}}
            """
        },
        {
            "NetworkPolicy",
            """{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"n"},"spec":{"podSelector":{},"ingress":[{"ports":[{"port":80}]}]}}"""
        },
        {
            "PersistentVolumeClaim",
            """{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"p"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"2048Mi"}}}}"""
        },
        { "ServiceAccount", """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"s"},"imagePullSecrets":[{"name":"p"}],"automountServiceAccountToken":false}""" },
        {
            "ResourceQuota",
            """{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"requests.cpu":"1000m","pods":10,"requests.storage":"1024Gi"}}}"""
        },
        {
            "LimitRange",
            """{"apiVersion":"v1","kind":"LimitRange","metadata":{"name":"l"},"spec":{"limits":[{"type":"Container","default":{"cpu":"500m"},"max":{"memory":"1024Mi"}}]}}"""
        },
        {
            "HorizontalPodAutoscaler",
            """
            {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"h"},"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"},
             "maxReplicas":3,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}}]}}
            """
        },
        {
            "PodDisruptionBudget",
            """{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"p"},"spec":{"maxUnavailable":1,"selector":{"matchLabels":{"a":"b"}}}}"""
        },
        {
            "Pod",
            """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"b","ports":[{"containerPort":53,"protocol":"UDP"},{"containerPort":53}]}],
             "hostAliases":[{"ip":"127.0.0.1","hostnames":["h"]}],"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"ScheduleAnyway"}]}}
            """
        },
    };

    private static GroupVersionKind KindOf(string json) => ChildPlanner.KindOf(JsonTree.ParseMap(json));

    private static ScriptedReconciler Simple() => new()
    {
        Describe = (tab, _) => new Description()
            .Add(ScriptedReconciler.ConfigMap(tab.Metadata.Name + "-job", tab.Spec.CronSpec))
            .WithStatus(new CronTabStatus(tab.Metadata.Name + "-job")),
    };
}
