using System.Globalization;
using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.Benchmarks.Decoding;

/// <summary>Objects as an API server sends them, the same in every run.</summary>
internal static class SampleObjects
{
    public static JsonMap ConfigMap(int index, Random random)
    {
        var data = new JsonMap();
        for (var i = 0; i < 8; i++)
        {
            data[$"setting-{i}.properties"] = Text(random, 190);
        }

        return new()
        {
            ["metadata"] = Metadata(index, random, ["data"]),
            ["data"] = data,
        };
    }

    public static JsonMap Pod(int index, Random random)
    {
        var pod = JsonTree.ParseMap(
            """
            {"metadata":{},"spec":{"volumes":[{"name":"kube-api-access","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},
            {"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}}],
            "containers":[{"name":"web","image":"registry.example.com/team/web:1.2.3","args":["--listen=:8080","--verbose"],"ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],
            "env":[{"name":"POD_NAME","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}},{"name":"MODE","value":"production"}],
            "resources":{"limits":{"cpu":"500m","memory":"256Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},"volumeMounts":[{"name":"kube-api-access","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],
            "livenessProbe":{"httpGet":{"path":"/healthz","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},
            "readinessProbe":{"httpGet":{"path":"/readyz","port":"http","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},
            "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","securityContext":{"capabilities":{"drop":["ALL"]},"runAsNonRoot":true,"allowPrivilegeEscalation":false}}],
            "restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"default","serviceAccount":"default","nodeName":"node-7","securityContext":{},"schedulerName":"default-scheduler",
            "tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],
            "priority":0,"enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"},
            "status":{"phase":"Running","conditions":[{"type":"PodReadyToStartContainers","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-01-02T03:04:06Z"},{"type":"Initialized","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-01-02T03:04:05Z"},
            {"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-01-02T03:04:09Z"},{"type":"ContainersReady","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-01-02T03:04:09Z"},{"type":"PodScheduled","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-01-02T03:04:05Z"}],
            "hostIP":"10.1.2.3","podIP":"10.4.5.6","podIPs":[{"ip":"10.4.5.6"}],"startTime":"2026-01-02T03:04:05Z","containerStatuses":[{"name":"web","state":{"running":{"startedAt":"2026-01-02T03:04:08Z"}},"lastState":{},"ready":true,"restartCount":0,
            "image":"registry.example.com/team/web:1.2.3","imageID":"registry.example.com/team/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","containerID":"containerd://fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210","started":true}],"qosClass":"Burstable"}}
            """);
        pod["metadata"] = Metadata(index, random, ["spec", "status"]);
        return pod;
    }

    public static JsonMap Database(int index, Random random)
    {
        var users = new JsonList();
        for (var i = 0; i < 6; i++)
        {
            users.Add(new JsonMap { ["name"] = $"user-{i}", ["roles"] = new JsonList { "reader", "writer" }, ["comment"] = Text(random, 120) });
        }

        return new()
        {
            ["apiVersion"] = "example.com/v1",
            ["kind"] = "Database",
            ["metadata"] = Metadata(index, random, ["spec", "status"]),
            ["spec"] = new JsonMap { ["engine"] = "postgres", ["version"] = 17, ["storage"] = "256Gi", ["replicas"] = 3, ["users"] = users },
            ["status"] = new JsonMap
            {
                ["observedGeneration"] = 3,
                ["endpoint"] = $"db-{index}.team.svc:5432",
                ["conditions"] = new JsonList
                {
                    new JsonMap { ["type"] = "Ready", ["status"] = "True", ["reason"] = "AllReplicasReady", ["message"] = Text(random, 80), ["lastTransitionTime"] = "2026-01-02T03:04:05Z", ["observedGeneration"] = 3 },
                },
            },
        };
    }

    public static byte[] List(string kind, string apiVersion, IEnumerable<JsonMap> objects) => JsonTree.ToUtf8(new JsonMap
    {
        ["kind"] = kind + "List",
        ["apiVersion"] = apiVersion,
        ["metadata"] = new JsonMap { ["resourceVersion"] = "123456" },
        ["items"] = new JsonList(objects),
    });

    public static byte[] Watch(string kind, string apiVersion, IEnumerable<JsonMap> objects)
    {
        var lines = new MemoryStream();
        foreach (var item in objects)
        {
            var typed = new JsonMap { ["kind"] = kind, ["apiVersion"] = apiVersion };
            foreach (var (key, value) in item)
            {
                typed[key] = value;
            }

            lines.Write(JsonTree.ToUtf8(new JsonMap { ["type"] = "MODIFIED", ["object"] = typed }));
            lines.WriteByte((byte)'\n');
        }

        return lines.ToArray();
    }

    private static JsonMap Metadata(int index, Random random, string[] owned) => new()
    {
        ["name"] = string.Create(CultureInfo.InvariantCulture, $"object-{index:00000}"),
        ["namespace"] = $"team-{index % 20}",
        ["uid"] = new Guid(index, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString(),
        ["resourceVersion"] = (100_000 + index).ToString(CultureInfo.InvariantCulture),
        ["generation"] = 3,
        ["creationTimestamp"] = "2026-01-02T03:04:05Z",
        ["labels"] = new JsonMap { ["app"] = "web", ["app.kubernetes.io/managed-by"] = "ahoi", ["hash"] = Text(random, 10) },
        ["ownerReferences"] = new JsonList
        {
            new JsonMap { ["apiVersion"] = "apps/v1", ["kind"] = "ReplicaSet", ["name"] = $"web-{index}", ["uid"] = new Guid(index, 9, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString(), ["controller"] = true, ["blockOwnerDeletion"] = true },
        },
        ["managedFields"] = new JsonList(owned.Select(o => (object?)Managed(o))),
    };

    private static JsonMap Managed(string root)
    {
        var fields = new JsonMap();
        for (var i = 0; i < 12; i++)
        {
            fields[$"f:field-{i}"] = new JsonMap { ["."] = new JsonMap(), [$"k:{{\"name\":\"n{i}\"}}"] = new JsonMap() };
        }

        return new()
        {
            ["manager"] = "kube-controller-manager",
            ["operation"] = "Update",
            ["apiVersion"] = "v1",
            ["time"] = "2026-01-02T03:04:05Z",
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = new JsonMap { ["f:" + root] = fields },
        };
    }

    private static string Text(Random random, int length)
    {
        var text = new StringBuilder(length);
        while (text.Length < length)
        {
            text.Append((char)('a' + random.Next(26)));
        }

        return text.ToString();
    }
}
