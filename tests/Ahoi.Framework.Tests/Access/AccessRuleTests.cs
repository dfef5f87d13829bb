using System.Collections.Concurrent;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Framework.Access;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Scheduling;
using Ahoi.Framework.Tests.Cluster;
using Ahoi.Framework.Tests.Engine;
using Ahoi.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Framework.Tests.Access;

public sealed class AccessRuleTests
{
    [Fact]
    public async Task Operator_AllowedWhatItSaysItNeeds_IsRefusedNothing()
    {
        await using var cluster = await TestCluster.StartAsync(TestContext.Current.CancellationToken);
        var described = new ConcurrentDictionary<string, bool>();
        void Configure(AhoiBuilder ahoi)
        {
            ahoi.Services.Configure<AhoiOptions>(o => o.Leadership = new() { LeaseName = "test", LeaseNamespace = "default" });
            ahoi.AddScheduler("mine").AddController<CronTab>(
                (tab, _, _) => new Description().Add(ConfigMap(described.ContainsKey("less") ? "kept" : "job")).Add(ConfigMap("kept-too")),
                o => o.Owns(new GroupVersionKind("", "v1", "ConfigMap")));
        }

        // The rules are asked of an operator that may do everything and is stopped at once.
        var asked = await cluster.RunOperatorAsync(Configure);
        var role = AccessRules.ToClusterRole("operator", asked.Services.GetRequiredService<Operator>().AccessRules);
        await TestCluster.StopAsync(asked);
        await cluster.Client.CreateAsync(new("rbac.authorization.k8s.io", "v1", "clusterroles"), null, role);
        await cluster.Client.CreateAsync(new("rbac.authorization.k8s.io", "v1", "clusterrolebindings"), null, JsonTree.ParseMap("""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"operator"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"operator"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"limited"}]}
            """));

        using var refusals = new RefusalLog(cluster.Connect().Handler!);
        await cluster.RunOperatorAsync(Configure, connection: cluster.Connect() with { Handler = refusals, Impersonation = new Impersonation("limited") });
        await cluster.Client.CreateAsync(CronTabCluster.CronTabs, "default", JsonTree.ParseMap(
            """{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"my"},"spec":{"cronSpec":"* * * * 5","image":"i"}}"""));
        await cluster.WaitForAsync(CronTabCluster.ConfigMaps, new("default", "job"));
        await cluster.WaitForAsync(CronTabCluster.CronTabs, CronTabCluster.Key, t => CronTabCluster.ReadyCondition(t)?.Text("status") == "True");
        described["less"] = true;
        await cluster.Client.PatchAsync(CronTabCluster.CronTabs, CronTabCluster.Key, Patch.Merge(JsonTree.ParseMap("""{"spec":{"replicas":2}}""")));
        await cluster.WaitForAbsenceAsync(CronTabCluster.ConfigMaps, new("default", "job"));

        Assert.Empty(refusals.Refused);

        // And nothing else is allowed.
        using var client = new ApiClient(cluster.Connect() with { Impersonation = new Impersonation("limited") });
        var refused = await Assert.ThrowsAsync<ApiException>(() => client.ListAsync(new("", "v1", "secrets"), "default"));
        Assert.Equal(403, refused.Code);
    }

    [Fact]
    public void ToClusterRole_RulesOfOneResource_AreOne()
    {
        var role = AccessRules.ToClusterRole("r", [new("", "pods", ["get"]), new("", "pods", ["list", "get"]), new("", "secrets", ["get", "list"]), new("apps", "deployments", ["get"])]);

        Assert.Equal(
            """[{"apiGroups":[""],"resources":["pods","secrets"],"verbs":["get","list"]},{"apiGroups":["apps"],"resources":["deployments"],"verbs":["get"]}]""",
            role.List("rules")!.ToString());
    }

    [Fact]
    public void Needs_WithoutAVerb_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ControllerOptions().Needs("", "pods"));

    private static JsonMap ConfigMap(string name) => new()
    {
        ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonMap { ["name"] = name }, ["data"] = new JsonMap { ["text"] = "x" },
    };

    private sealed class RefusalLog(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        public ConcurrentQueue<string> Refused { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode is System.Net.HttpStatusCode.Forbidden or System.Net.HttpStatusCode.Unauthorized)
            {
                Refused.Enqueue($"{request.Method} {request.RequestUri!.AbsolutePath}");
            }

            return response;
        }
    }
}
