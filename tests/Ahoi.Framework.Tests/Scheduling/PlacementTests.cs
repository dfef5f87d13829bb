using Ahoi.Api.Objects;
using Ahoi.Framework.Scheduling;
using static Ahoi.Framework.Tests.Scheduling.Objects;

namespace Ahoi.Framework.Tests.Scheduling;

public sealed class PlacementTests
{
    [Fact]
    public void Decide_NoNodes_SaysSo() =>
        Assert.Equal("no nodes available to schedule pods", Decide(Pod("p"), []).Message);

    [Fact]
    public void Resources_WhatIsLeft_Decides()
    {
        RawObject[] nodes = [Node("a", cpu: "1"), Node("b", cpu: "2"), Node("c", pods: 1)];
        RawObject[] pods = [Pod("there", node: "b", cpu: "1500m"), Pod("one", node: "c")];

        Assert.Equal("a", Decide(Pod("p", cpu: "600m"), nodes, pods).Node);
        Assert.Equal(
            "0/3 nodes are available: 1 Insufficient memory, 1 Too many pods, 2 Insufficient cpu.",
            Decide(Pod("p", cpu: "1500m", memory: "9Gi"), [Node("a", cpu: "1"), Node("b", cpu: "2", memory: "16Gi"), Node("c", memory: "16Gi", pods: 1)], pods).Message);
    }

    [Fact]
    public void Resources_InitContainersAndOverhead_CountAsKubernetesCounts()
    {
        const string Spec = """
            "overhead":{"cpu":"50m"},
            "initContainers":[
              {"name":"a","image":"i","resources":{"requests":{"cpu":"300m"}}},
              {"name":"s","image":"i","restartPolicy":"Always","resources":{"requests":{"cpu":"200m"}}},
              {"name":"b","image":"i","resources":{"requests":{"cpu":"900m"}}}]
            """;

        // The second init container runs beside the sidecar: 1100m, more than container and sidecar together.
        Assert.Equal(1150, new PodView(Pod("p", Spec, cpu: "100m")).Requests["cpu"]);
        Assert.Equal(1250, new PodView(Pod("p", Spec, cpu: "1")).Requests["cpu"]);
    }

    [Fact]
    public void Resources_FinishedPods_TakeNothing()
    {
        var done = Pod("done", node: "a", cpu: "4").ToMap();
        done["status"] = new Ahoi.Api.Json.JsonMap { ["phase"] = "Succeeded" };

        Assert.Equal("a", Decide(Pod("p", cpu: "4"), [Node("a")], [RawObject.FromMap(done)]).Node);
    }

    [Fact]
    public void Unschedulable_Cordoned_KeepsPodsOffThatDoNotTolerateIt()
    {
        RawObject[] nodes = [Node("a", "\"unschedulable\":true")];

        Assert.Equal("0/1 nodes are available: 1 node(s) were unschedulable.", Decide(Pod("p"), nodes).Message);
        Assert.Equal("a", Decide(Pod("p", """ "tolerations":[{"key":"node.kubernetes.io/unschedulable","operator":"Exists"}] """), nodes).Node);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(""" "tolerations":[{"operator":"Exists"}] """, "a")]
    [InlineData(""" "tolerations":[{"key":"gpu","value":"yes","effect":"NoSchedule"}] """, "a")]
    [InlineData(""" "tolerations":[{"key":"gpu","operator":"Equal","value":"no"}] """, null)]
    [InlineData(""" "tolerations":[{"key":"gpu","operator":"Exists","effect":"NoExecute"}] """, null)]
    public void Taints_NotTolerated_KeepPodsOff(string spec, string? node)
    {
        var placed = Decide(Pod("p", spec), [Node("a", """ "taints":[{"key":"gpu","value":"yes","effect":"NoSchedule"}] """)]);

        Assert.Equal(node, placed.Node);
        Assert.Equal(node is null ? "0/1 nodes are available: 1 node(s) had untolerated taint {gpu: yes}." : "", placed.Message);
    }

    [Fact]
    public void Taints_ToBeAvoided_AreAvoidedWherePossible()
    {
        RawObject[] nodes = [Node("a", """ "taints":[{"key":"old","effect":"PreferNoSchedule"}] """), Node("b")];

        Assert.Equal("b", Decide(Pod("p"), nodes, [Pod("busy", node: "b", cpu: "3")]).Node);
    }

    [Theory]
    [InlineData(""" "nodeSelector":{"disk":"fast"} """, "b")]
    [InlineData(""" "nodeSelector":{"disk":"none"} """, null)]
    [InlineData(""" "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"size","operator":"Gt","values":["3"]}]}]}}} """, "c")]
    [InlineData(""" "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["a"]}]}]}}} """, "a")]
    [InlineData(""" "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{}]}}} """, null)]
    [InlineData(""" "affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":5,"preference":{"matchExpressions":[{"key":"disk","operator":"DoesNotExist"}]}}]}} """, "a")]
    public void NodeAffinity_SelectorTermsAndPreferences_AreFollowed(string spec, string? node)
    {
        RawObject[] nodes = [Node("a", cpu: "1"), Node("b", labels: "\"disk\":\"fast\",\"size\":\"3\""), Node("c", labels: "\"disk\":\"slow\",\"size\":\"4\"")];

        var placed = Decide(Pod("p", spec), nodes);

        Assert.Equal(node, placed.Node);
        Assert.Equal(node is null ? "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector." : "", placed.Message);
    }

    [Theory]
    [InlineData("", "TCP", false)]
    [InlineData("127.0.0.2", "TCP", true)]
    [InlineData("127.0.0.1", "TCP", false)]
    [InlineData("127.0.0.1", "UDP", true)]
    public void HostPorts_Taken_KeepPodsOff(string address, string protocol, bool fits)
    {
        static string Ports(string address, string protocol) =>
            $$""" "initContainers":[{"name":"s","image":"i","restartPolicy":"Always","ports":[{"containerPort":80,"hostPort":8080,"hostIP":"{{address}}","protocol":"{{protocol}}"}]}] """;

        var placed = Decide(Pod("p", Ports(address, protocol)), [Node("a")], [Pod("there", Ports("127.0.0.1", "TCP"), node: "a")]);

        Assert.Equal(fits ? "" : "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.", placed.Message);
    }

    [Fact]
    public void PodAffinity_Required_GoesWhereTheOthersAre()
    {
        var nodes = Zoned();

        Assert.StartsWith("b", Decide(Pod("p", Affinity("podAffinity", "db")), nodes, [Pod("db", labels: "\"app\":\"db\"", node: "b1")]).Node, StringComparison.Ordinal);
        Assert.Equal(
            "0/4 nodes are available: 4 node(s) didn't match pod affinity rules.", Decide(Pod("p", Affinity("podAffinity", "db")), nodes).Message);
        // The first of its own group may begin anywhere.
        Assert.NotNull(Decide(Pod("db", Affinity("podAffinity", "db"), labels: "\"app\":\"db\""), nodes).Node);
    }

    [Fact]
    public void PodAntiAffinity_FromEitherSide_KeepsPodsApart()
    {
        var nodes = Zoned();

        Assert.StartsWith("a", Decide(Pod("p", Affinity("podAntiAffinity", "db")), nodes, [Pod("db", labels: "\"app\":\"db\"", node: "b1")]).Node, StringComparison.Ordinal);
        Assert.StartsWith("a", Decide(Pod("db", labels: "\"app\":\"db\""), nodes, [Pod("p", Affinity("podAntiAffinity", "db"), node: "b2")]).Node, StringComparison.Ordinal);
        Assert.Equal(
            "0/4 nodes are available: 2 node(s) didn't match pod anti-affinity rules, 2 node(s) didn't satisfy existing pods anti-affinity rules.",
            Decide(
                Pod("db2", Affinity("podAntiAffinity", "web"), labels: "\"app\":\"db\""),
                nodes,
                [Pod("w", labels: "\"app\":\"web\"", node: "a1"), Pod("p", Affinity("podAntiAffinity", "db"), node: "b2")]).Message);
    }

    [Fact]
    public void PodAffinity_OtherNamespaces_OnlyWhereSelected()
    {
        var other = Pod("db", labels: "\"app\":\"db\"", node: "b1").ToMap();
        other.Map("metadata")!["namespace"] = "data";
        RawObject[] pods = [RawObject.FromMap(other)];
        RawObject[] namespaces = [RawObject.Parse("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"data","labels":{"team":"x"}}}"""u8.ToArray())];

        Assert.Null(Decide(Pod("p", Affinity("podAffinity", "db")), Zoned(), pods, namespaces).Node);
        var selecting = Affinity("podAffinity", "db", "\"namespaceSelector\":{\"matchLabels\":{\"team\":\"x\"}},");
        Assert.NotNull(Decide(Pod("p", selecting), Zoned(), pods, namespaces).Node);
    }

    [Fact]
    public void PodAffinity_Preferred_DecidesBetweenNodes()
    {
        RawObject[] pods = [Pod("db", labels: "\"app\":\"db\"", node: "b1", cpu: "2")];

        Assert.Equal("b2", Decide(Pod("p", Preferred("podAffinity")), Zoned(), pods).Node);
        Assert.StartsWith("a", Decide(Pod("p", Preferred("podAntiAffinity")), Zoned(), pods).Node, StringComparison.Ordinal);

        static string Preferred(string kind) => $$$"""
            "affinity":{"{{{kind}}}":{"preferredDuringSchedulingIgnoredDuringExecution":[
              {"weight":10,"podAffinityTerm":{"topologyKey":"zone","labelSelector":{"matchLabels":{"app":"db"} } } }]}}
            """;
    }

    [Fact]
    public void TopologySpread_Hard_HoldsTheSkew()
    {
        var spread = Spread("DoNotSchedule");
        const string Web = "\"app\":\"web\"";
        RawObject[] pods = [Pod("w1", labels: Web, node: "a1"), Pod("w2", labels: Web, node: "a2"), Pod("w3", labels: Web, node: "b1")];

        Assert.StartsWith("b", Decide(Pod("w4", spread, Web), Zoned(), pods).Node, StringComparison.Ordinal);
        // There have to be two zones, and only one is there: no zone may have more than one pod.
        Assert.Equal(
            "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label), 2 node(s) didn't match pod topology spread constraints.",
            Decide(Pod("w4", Spread("DoNotSchedule", "\"minDomains\":2,"), Web), [.. Zoned().Take(2), Node("c")], [pods[0]]).Message);
    }

    [Fact]
    public void TopologySpread_Soft_PrefersTheEmptierZone()
    {
        const string Web = "\"app\":\"web\"";

        var placed = Decide(Pod("w2", Spread("ScheduleAnyway"), Web), Zoned(), [Pod("w1", labels: Web, node: "a1"), Pod("big", node: "b1", cpu: "2"), Pod("big2", node: "b2", cpu: "2")]);

        Assert.StartsWith("b", placed.Node, StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_LeastAndMostRequested_SpreadAndPack()
    {
        RawObject[] nodes = [Node("a"), Node("b")];
        RawObject[] pods = [Pod("there", node: "a", cpu: "1", memory: "2Gi")];

        Assert.Equal("b", Decide(Pod("p", cpu: "1", memory: "2Gi"), nodes, pods).Node);
        Assert.Equal("a", Decide(Pod("p", cpu: "1", memory: "2Gi"), nodes, pods, configure: o =>
        {
            o.Scores.Clear();
            o.Scores.Add(new(PodScores.MostRequested, 1));
        }).Node);
    }

    [Fact]
    public void Functions_FilterAndScore_Count()
    {
        RawObject[] nodes = [Node("a"), Node("b"), Node("c")];

        var placed = Decide(Pod("p"), nodes, configure: o => o
            .Filter("NotA", (_, node) => node.Name == "a" ? "node(s) were a" : null)
            .Score("LikeC", (_, node) => node.Name == "c" ? 1 : 0, weight: 5));

        Assert.Equal("c", placed.Node);
        Assert.DoesNotContain("a", placed.Scores.Keys);
    }

    [Fact]
    public void Ties_OneSeed_OneChoice()
    {
        RawObject[] nodes = [.. Enumerable.Range(0, 20).Select(i => Node($"n{i:00}"))];

        string[] Choices(int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, 10).Select(_ => Placement.Decide(new() { Name = "s" }, new(Pod("p")), ClusterView.Of(nodes), random).Node!)];
        }

        Assert.Equal(Choices(1), Choices(1));
        Assert.NotEqual(Choices(1), Choices(2));
        Assert.True(Choices(1).Distinct().Count() > 3);
    }

    private static Placement Decide(
        RawObject pod, RawObject[] nodes, RawObject[]? pods = null, RawObject[]? namespaces = null, Action<SchedulerOptions>? configure = null)
    {
        var options = new SchedulerOptions { Name = "s" };
        configure?.Invoke(options);
        return Placement.Decide(options, new(pod), ClusterView.Of(nodes, pods, namespaces));
    }

    private static RawObject[] Zoned() =>
        [.. new[] { "a1", "a2", "b1", "b2" }.Select(n => Node(n, labels: $"\"zone\":\"{n[..1]}\""))];

    private static string Affinity(string kind, string app, string more = "") => $$$"""
        "affinity":{"{{{kind}}}":{"requiredDuringSchedulingIgnoredDuringExecution":[
          { {{{more}}} "topologyKey":"zone","labelSelector":{"matchLabels":{"app":"{{{app}}}"}} }]}}
        """;

    private static string Spread(string otherwise, string more = "") => $$$"""
        "topologySpreadConstraints":[{ {{{more}}} "maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"{{{otherwise}}}","labelSelector":{"matchLabels":{"app":"web"}} }]
        """;
}
