using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Controllers.Tests.Disruptions;

public sealed class BudgetTests
{
    [Fact]
    public async Task Budget_OfAStatefulSet_CountsWithItsReplicas()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.StatefulSets, """
            {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s"},
             "spec": {"serviceName": "svc", "replicas": 3, "podManagementPolicy": "Parallel", "selector": {"matchLabels": {"a": "s"}},
              "template": {"metadata": {"labels": {"a": "s"}}, "spec": {"containers": [{"name": "c", "image": "x"}]}}}}
            """);
        await cluster.CreateAsync(ControlledCluster.Budgets, """
            {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"}, "spec": {"selector": {"matchLabels": {"a": "s"}}, "maxUnavailable": "50%"}}
            """);
        foreach (var pod in await cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Count == 3))
        {
            await cluster.SetReadyAsync(ControlledCluster.NameOf(pod));
        }

        var budget = await cluster.GetUntilAsync(ControlledCluster.Budgets, "b", b => b.At("status", "disruptionsAllowed") is 2L);
        Assert.Equal((3L, 1L), (budget.At("status", "expectedPods"), budget.At("status", "desiredHealthy")));
    }

    [Fact]
    public async Task Budget_OfPodsThatCannotBeCounted_AllowsNone()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.Pods, """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"a": "s"},
             "ownerReferences": [{"apiVersion": "nobody.example.com/v1", "kind": "Nobody", "name": "n", "uid": "1", "controller": true}]},
             "spec": {"containers": [{"name": "c", "image": "x"}]}}
            """);
        await cluster.CreateAsync(ControlledCluster.Budgets, """
            {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"}, "spec": {"selector": {"matchLabels": {"a": "s"}}, "maxUnavailable": 1}}
            """);

        var budget = await cluster.GetUntilAsync(ControlledCluster.Budgets, "b", b => b.At("status", "conditions") is JsonList conditions && conditions.Maps.Any(c => c.Text("reason") == "SyncFailed"));
        Assert.Equal(0L, budget.At("status", "disruptionsAllowed"));
    }
}
