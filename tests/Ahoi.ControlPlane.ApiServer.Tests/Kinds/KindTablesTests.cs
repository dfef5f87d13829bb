using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds;
using Ahoi.ControlPlane.ApiServer.Kinds.Tables;

namespace Ahoi.ControlPlane.ApiServer.Tests.Kinds;

public sealed class KindTablesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 1, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("{phase: Pending}", "0/1", "Pending", "0")]
    [InlineData("{phase: Running, containerStatuses: [{name: c, ready: true, restartCount: 2, state: {running: {}}}]}", "1/1", "Running", "2")]
    [InlineData("{phase: Running, containerStatuses: [{name: c, ready: false, restartCount: 7, state: {waiting: {reason: CrashLoopBackOff}}}]}", "0/1", "CrashLoopBackOff", "7")]
    [InlineData("{phase: Running, containerStatuses: [{name: c, restartCount: 1, state: {running: {}}, lastState: {terminated: {finishedAt: '2026-01-01T00:55:00Z'}}}]}", "0/1", "Running", "1 (5m ago)")]
    [InlineData("{phase: Succeeded, containerStatuses: [{name: c, state: {terminated: {reason: Completed, exitCode: 0}}}]}", "0/1", "Completed", "0")]
    [InlineData("{phase: Failed, containerStatuses: [{name: c, state: {terminated: {exitCode: 3}}}]}", "0/1", "ExitCode:3", "0")]
    [InlineData("{phase: Failed, containerStatuses: [{name: c, state: {terminated: {exitCode: 137, signal: 9}}}]}", "0/1", "Signal:9", "0")]
    [InlineData("{phase: Failed, reason: Evicted}", "0/1", "Evicted", "0")]
    [InlineData("{phase: Pending, initContainerStatuses: [{name: i, restartCount: 3, state: {waiting: {reason: ImagePullBackOff}}}]}", "0/1", "Init:ImagePullBackOff", "3")]
    [InlineData("{phase: Pending, initContainerStatuses: [{name: i, state: {running: {}}}]}", "0/1", "Init:0/1", "0")]
    [InlineData("{phase: Pending, initContainerStatuses: [{name: i, state: {terminated: {exitCode: 1}}}]}", "0/1", "Init:ExitCode:1", "0")]
    public void Cells_OfPod_SumUpItsContainers(string status, string ready, string state, string restarts)
    {
        var pod = Parse($"{{kind: Pod, metadata: {{name: p, creationTimestamp: '2026-01-01T00:00:00Z'}}, spec: {{containers: [{{name: c}}], initContainers: [{{name: i}}]}}, status: {status}}}");

        Assert.Equal(new JsonList { "p", ready, state, restarts, "60m", "<none>", "<none>", "<none>", "<none>" }, KindTables.For("", "Pod").Cells(pod, Now));
    }

    [Theory]
    [InlineData("{type: ClusterIP, clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1], ports: [{port: 80, protocol: TCP}, {port: 53, protocol: UDP}], selector: {a: b}}", "ClusterIP 10.96.0.1 <none> 80/TCP,53/UDP 60m a=b")]
    [InlineData("{type: NodePort, clusterIP: 10.96.0.1, ports: [{port: 80, nodePort: 30001, protocol: TCP}]}", "NodePort 10.96.0.1 <none> 80:30001/TCP 60m <none>")]
    [InlineData("{type: LoadBalancer, clusterIP: 10.96.0.1, ports: []}", "LoadBalancer 10.96.0.1 <pending> <none> 60m <none>")]
    [InlineData("{type: ExternalName, externalName: example.com}", "ExternalName <none> example.com <none> 60m <none>")]
    public void Cells_OfService_ShowHowItIsReached(string spec, string expected)
    {
        var service = Parse($"{{kind: Service, metadata: {{name: s, creationTimestamp: '2026-01-01T00:00:00Z'}}, spec: {spec}}}");

        Assert.Equal("s " + expected, string.Join(" ", KindTables.For("", "Service").Cells(service, Now)));
    }

    [Theory]
    [InlineData(-5, "<invalid>")]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(125, "2m5s")]
    [InlineData(3600, "60m")]
    [InlineData(3 * 3600, "3h")]
    [InlineData((3 * 3600) + 60, "3h1m")]
    [InlineData(47 * 3600, "47h")]
    [InlineData(49 * 3600, "2d1h")]
    [InlineData(30 * 86400, "30d")]
    [InlineData(800 * 86400, "2y70d")]
    [InlineData(3000 * 86400, "8y")]
    public void Duration_IsShownInAtMostTwoUnits(int seconds, string expected) =>
        Assert.Equal(expected, Show.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Cells_OfEveryKind_AreAsManyAsColumns()
    {
        foreach (var (group, kind) in (ReadOnlySpan<(string, string)>)
            [
                ("", "Pod"), ("", "PodTemplate"), ("", "ReplicationController"), ("", "Service"), ("", "Endpoints"), ("", "ConfigMap"), ("", "Secret"),
                ("", "ServiceAccount"), ("", "Namespace"), ("", "Node"), ("", "PersistentVolume"), ("", "PersistentVolumeClaim"), ("", "ResourceQuota"),
                ("", "LimitRange"), ("", "Event"), ("apps", "Deployment"), ("apps", "ReplicaSet"), ("apps", "StatefulSet"), ("apps", "DaemonSet"),
                ("apps", "ControllerRevision"), ("batch", "Job"), ("batch", "CronJob"), ("autoscaling", "HorizontalPodAutoscaler"),
                ("networking.k8s.io", "Ingress"), ("networking.k8s.io", "IngressClass"), ("networking.k8s.io", "NetworkPolicy"),
                ("discovery.k8s.io", "EndpointSlice"), ("policy", "PodDisruptionBudget"), ("coordination.k8s.io", "Lease"), ("storage.k8s.io", "StorageClass"),
                ("scheduling.k8s.io", "PriorityClass"), ("rbac.authorization.k8s.io", "RoleBinding"), ("rbac.authorization.k8s.io", "ClusterRole"),
                ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"), ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
                ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"), ("apiregistration.k8s.io", "APIService"), ("example.com", "Other"),
            ])
        {
            var table = KindTables.For(group, kind);
            Assert.Equal(table.Columns.Count, table.Cells(Parse($"{{kind: {kind}, metadata: {{name: x}}}}"), Now).Count);
        }
    }

    // Flow notation without the quotes, to keep the tables above readable.
    private static JsonMap Parse(string text) => JsonTree.ParseMap(
        System.Text.RegularExpressions.Regex.Replace(text, @"'[^']*'|[A-Za-z0-9.<>/-]+", m =>
            m.Value[0] == '\'' ? $"\"{m.Value[1..^1]}\""
            : m.Value is "true" or "false" || long.TryParse(m.Value, out _) ? m.Value
            : $"\"{m.Value}\""));
}
