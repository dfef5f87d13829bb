using Ahoi.Api.Json;
using Ahoi.ControlPlane.Controllers.Autoscaling;

namespace Ahoi.ControlPlane.Controllers.Tests.Autoscaling;

public sealed class ScalingLimitsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 9, 4, "ScaleUpLimit")] // Without a behavior: four, or twice as many.
    [InlineData(3, 9, 6, "ScaleUpLimit")]
    [InlineData(12, 30, 20, "TooManyReplicas")]
    [InlineData(9, 0, 2, "TooFewReplicas")]
    [InlineData(9, 5, 5, "DesiredWithinRange")]
    public void Limit_WithoutBehavior_IsTwiceAsMany(long current, long wanted, long limited, string reason)
    {
        var limits = new ScalingLimits(new() { ["minReplicas"] = 2L, ["maxReplicas"] = 20L }, new(""), Now);

        Assert.Equal((limited, reason), (limits.Limit(current, wanted).Replicas, limits.Limit(current, wanted).Reason));
    }

    [Theory]
    [InlineData("Max", 10, 40, 14, "ScaleUpLimit")]
    [InlineData("Min", 10, 40, 12, "ScaleUpLimit")]
    [InlineData("Disabled", 10, 40, 10, "ScaleUpLimit")]
    [InlineData("Max", 10, 1, 6, "ScaleDownLimit")]
    [InlineData("Min", 10, 1, 8, "ScaleDownLimit")]
    [InlineData("Disabled", 10, 1, 10, "ScaleDownLimit")]
    public void Limit_OfSeveralPolicies_IsTheOneSelected(string select, long current, long wanted, long limited, string reason)
    {
        var rules = $$"""{"selectPolicy":"{{select}}","policies":[{"type":"Pods","value":4,"periodSeconds":60},{"type":"Percent","value":20,"periodSeconds":60}]}""";
        var limits = new ScalingLimits(JsonTree.ParseMap($$"""{"minReplicas":1,"maxReplicas":100,"behavior":{"scaleUp":{{rules}},"scaleDown":{{rules}} } }"""), new(""), Now);

        Assert.Equal((limited, reason), (limits.Limit(current, wanted).Replicas, limits.Limit(current, wanted).Reason));
    }

    [Fact]
    public void Limit_CountsWhatChangedWithinThePeriod()
    {
        var history = new ScalingHistory("");
        history.Change(+3, Now.AddSeconds(-30));
        history.Change(+5, Now.AddSeconds(-90));
        var limits = new ScalingLimits(
            JsonTree.ParseMap("""{"maxReplicas":100,"behavior":{"scaleUp":{"policies":[{"type":"Pods","value":4,"periodSeconds":60}]}}}"""), history, Now);

        Assert.Equal(11, limits.Limit(10, 40).Replicas);
    }

    [Fact]
    public void Stabilize_TakesTheHighestOfTheLastFiveMinutes()
    {
        var history = new ScalingHistory("");
        history.Recommend(9, Now.AddSeconds(-301));
        history.Recommend(7, Now.AddSeconds(-200));

        Assert.Equal((7, "ScaleDownStabilized"), Stable(new(new() { ["maxReplicas"] = 20L }, history, Now), 8, 2));
        Assert.Equal((8, "ReadyForNewScale"), Stable(new(new() { ["maxReplicas"] = 20L }, history, Now), 7, 8));
    }

    [Fact]
    public void Stabilize_WithWindows_KeepsBetweenLowestAndHighest()
    {
        var history = new ScalingHistory("");
        history.Recommend(5, Now.AddSeconds(-50));
        history.Recommend(9, Now.AddSeconds(-90));
        var spec = JsonTree.ParseMap("""{"maxReplicas":20,"behavior":{"scaleUp":{"stabilizationWindowSeconds":60},"scaleDown":{"stabilizationWindowSeconds":100}}}""");

        Assert.Equal((6, "ScaleUpStabilized"), Stable(new(spec, history, Now), 6, 12)); // Between 5 and 12: as it is.
        Assert.Equal((9, "ScaleDownStabilized"), Stable(new(spec, Again(history), Now), 10, 3));
    }

    private static ScalingHistory Again(ScalingHistory history)
    {
        var again = new ScalingHistory(history.Uid);
        again.Recommend(5, Now.AddSeconds(-50));
        again.Recommend(9, Now.AddSeconds(-90));
        return again;
    }

    private static (long Replicas, string Reason) Stable(ScalingLimits limits, long current, long wanted)
    {
        var stable = limits.Stabilize(current, wanted);
        return (stable.Replicas, stable.Reason);
    }
}
