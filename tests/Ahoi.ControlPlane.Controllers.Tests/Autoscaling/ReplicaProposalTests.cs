using Ahoi.Api.Json;
using Ahoi.ControlPlane.Controllers.Autoscaling;

namespace Ahoi.ControlPlane.Controllers.Tests.Autoscaling;

public sealed class ReplicaProposalTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly Tolerance Usual = Tolerance.Of(null);

    // A pod: r ready, p pending, d being deleted, f failed, s started a minute ago and unready, j became ready a moment ago;
    // then what it uses of the 100m that it requests, - for not known.
    [Theory]
    [InlineData(2, 50, "r100 r100", 4)]
    [InlineData(2, 50, "r54 r54", 2)] // Near enough.
    [InlineData(2, 50, "r56 r56", 3)]
    [InlineData(4, 50, "r10 r10 r10 r10", 1)]
    [InlineData(2, 50, "r100 r100 d500", 4)] // One that goes does not count,
    [InlineData(2, 50, "r100 r100 f500", 4)] // nor one that failed.
    [InlineData(3, 50, "r100 r100 p-", 4)] // More load: what does no work yet is going to take some.
    [InlineData(3, 50, "r100 r100 s900", 4)] // Its start took much,
    [InlineData(3, 50, "r100 r100 j900", 4)] // also that of one which is just ready.
    [InlineData(3, 50, "r20 r20 p-", 1)] // Less load: without it.
    [InlineData(3, 50, "r60 r60 p-", 3)] // It would turn round.
    [InlineData(3, 50, "r100 r100 r-", 4)] // More load: not known counts as idle,
    [InlineData(3, 50, "r10 r10 r-", 3)] // less load: as busy, which is near its target here,
    [InlineData(5, 50, "r5 r5 r5 r5 r-", 3)] // and here it makes the change smaller.
    [InlineData(2, 150, "r30 r-", 2)] // A target above the requests: the one not known is at its target.
    public void Utilization_OfPodsInAllStates_AsksForSoMany(long current, long target, string pods, long wanted)
    {
        var (all, figures) = Read(pods);
        var goal = MetricTarget.Of(new() { ["averageUtilization"] = target }, () => PodRequests.Of(all, "cpu", null));

        var proposal = ReplicaProposal.Of(current, all, figures, PodGroups.Of(all, figures, isProcessor: true, Now), goal, Usual);

        Assert.Equal(wanted, proposal.Replicas);
    }

    [Theory]
    [InlineData(2, "r100 r100", 4, 100)]
    [InlineData(3, "r100 r80 r-", 4, 90)]
    [InlineData(3, "r10 r10 r-", 2, 10)]
    public void AverageValue_AsksForSoMany(long current, string pods, long wanted, long average)
    {
        var (all, figures) = Read(pods);
        var goal = MetricTarget.Of(new() { ["averageValue"] = "50m" }, () => throw new InvalidOperationException());

        var proposal = ReplicaProposal.Of(current, all, figures, PodGroups.Of(all, figures, isProcessor: true, Now), goal, Usual);

        Assert.Equal((wanted, average, null), (proposal.Replicas, proposal.Usage.Average, proposal.Usage.Share));
    }

    [Fact]
    public void Pods_ThatAllStart_SayNothing()
    {
        var (all, figures) = Read("s100 p-");
        var goal = MetricTarget.Of(new() { ["averageValue"] = "50m" }, () => throw new InvalidOperationException());

        var fault = Assert.Throws<MetricFaultException>(() => ReplicaProposal.Of(2, all, figures, PodGroups.Of(all, figures, isProcessor: true, Now), goal, Usual));

        Assert.Equal("did not receive metrics for targeted pods (pods might be unready)", fault.Message);
    }

    [Fact]
    public void Memory_OfStartingPods_Counts()
    {
        var (all, figures) = Read("s100 j100");

        Assert.Equal(2, PodGroups.Of(all, figures, isProcessor: false, Now).Ready);
    }

    [Fact]
    public void Requests_ThatAreMissing_AreSaid()
    {
        var pod = JsonTree.ParseMap("""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}},{"name":"b"}]}}""");

        Assert.Equal("missing request for cpu in container b of Pod p", Assert.Throws<MetricFaultException>(() => PodRequests.Of([pod], "cpu", null)).Message);
        Assert.Equal("container c not found in Pod p", Assert.Throws<MetricFaultException>(() => PodRequests.Of([pod], "cpu", "c")).Message);
        Assert.Equal(1000, PodRequests.Of([pod], "cpu", "a")["p"]);
    }

    [Fact]
    public void Tolerance_OfABehavior_CountsByDirection()
    {
        var tolerance = Tolerance.Of(JsonTree.ParseMap("""{"scaleUp":{"tolerance":"0"},"scaleDown":{"tolerance":"300m"}}"""));

        Assert.True(tolerance.Covers(0.7));
        Assert.False(tolerance.Covers(1.01));
        Assert.True(Usual.Covers(1.1));
        Assert.False(Usual.Covers(1.11));
    }

    private static (List<JsonMap> Pods, Dictionary<string, PodFigure> Figures) Read(string text)
    {
        var (pods, figures) = (new List<JsonMap>(), new Dictionary<string, PodFigure>(StringComparer.Ordinal));
        foreach (var word in text.Split(' '))
        {
            var name = $"p{pods.Count}";
            var (state, early, late) = (word[0], "2026-03-02T10:00:00Z", "2026-03-02T11:59:55Z");
            pods.Add(new()
            {
                ["metadata"] = new JsonMap { ["name"] = name, ["deletionTimestamp"] = state == 'd' ? late : null },
                ["spec"] = JsonTree.ParseMap("""{"containers":[{"name":"c","resources":{"requests":{"cpu":"100m"}}}]}"""),
                ["status"] = new JsonMap
                {
                    ["phase"] = state switch { 'p' => "Pending", 'f' => "Failed", _ => "Running" },
                    ["startTime"] = state is 's' or 'j' ? "2026-03-02T11:59:00Z" : early,
                    ["conditions"] = new JsonList { new JsonMap { ["type"] = "Ready", ["status"] = state == 's' ? "False" : "True", ["lastTransitionTime"] = state == 'j' ? late : early } },
                },
            });
            if (word[1] != '-')
            {
                figures[name] = new(long.Parse(word.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture), Now, TimeSpan.FromSeconds(15));
            }
        }

        return (pods, figures);
    }
}
