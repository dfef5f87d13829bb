using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>Holds what metrics ask for within what an autoscaler allows: least and most, windows, speed.</summary>
internal sealed class ScalingLimits
{
    private const long DefaultDownWindow = 300; // kube-controller-manager's --horizontal-pod-autoscaler-downscale-stabilization.
    private readonly JsonMap? _behavior;
    private readonly long _least;
    private readonly long _most;
    private readonly ScalingHistory _history;
    private readonly DateTimeOffset _now;

    public ScalingLimits(JsonMap spec, ScalingHistory history, DateTimeOffset now)
    {
        (_behavior, _history, _now) = (spec.Map("behavior"), history, now);
        _least = spec.Integer("minReplicas") ?? 1;
        _most = spec.Integer("maxReplicas") ?? 1;
    }

    /// <summary>Holds a recommendation between those of the windows before it, and notes it.</summary>
    /// <param name="current">How many replicas there should be now.</param>
    /// <param name="wanted">How many metrics ask for.</param>
    public Limited Stabilize(long current, long wanted)
    {
        var up = _history.Recommended(Window("scaleUp", 0), _now).Append(wanted).Min();
        var down = _history.Recommended(Window("scaleDown", DefaultDownWindow), _now).Append(wanted).Max();

        // Without a behavior nothing slows growth down but its speed.
        var stable = _behavior is null ? down : Math.Min(Math.Max(current, up), down);
        _history.Recommend(wanted, _now);
        return stable == wanted ? new(stable, "ReadyForNewScale", "recommended size matches current size")
            : wanted >= current ? new(stable, "ScaleUpStabilized", "recent recommendations were lower than current one, applying the lowest recent recommendation")
            : new(stable, "ScaleDownStabilized", "recent recommendations were higher than current one, applying the highest recent recommendation");
    }

    /// <summary>Holds a number between least and most, and the change within its speed.</summary>
    /// <param name="current">How many replicas there should be now.</param>
    /// <param name="wanted">How many there should be next.</param>
    public Limited Limit(long current, long wanted)
    {
        var fastest = _behavior is null ? Math.Max(2 * current, 4) : Math.Max(current, Reach(current, _behavior.Map("scaleUp") ?? [], up: true));
        if ((wanted > current || _behavior is null) && wanted > Math.Min(_most, fastest))
        {
            return _most > fastest
                ? new(fastest, "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
                : new(_most, "TooManyReplicas", "the desired replica count is more than the maximum replica count");
        }

        var slowest = _behavior is null ? _least : Math.Min(current, Reach(current, _behavior.Map("scaleDown") ?? [], up: false));
        if ((wanted < current || _behavior is null) && wanted < Math.Max(_least, slowest))
        {
            return _least < slowest
                ? new(slowest, "ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
                : new(_least, "TooFewReplicas", "the desired replica count is less than the minimum replica count");
        }

        return new(wanted, "DesiredWithinRange", "the desired count is within the acceptable range");
    }

    private TimeSpan Window(string direction, long standard) =>
        TimeSpan.FromSeconds(_behavior?.Map(direction)?.Integer("stabilizationWindowSeconds") ?? standard);

    /// <summary>Gets how many replicas the policies allow at most, or at least.</summary>
    private long Reach(long current, JsonMap rules, bool up)
    {
        var select = rules.Text("selectPolicy") ?? "Max";
        var proposals = (rules.List("policies")?.Maps ?? []).Select(p => Proposal(current, p, up)).ToList();
        return select == "Disabled" || proposals.Count == 0 ? current
            : up == (select == "Min") ? proposals.Min()
            : proposals.Max();
    }

    private long Proposal(long current, JsonMap policy, bool up)
    {
        // What changed within the period counts towards it: where it began is what may change so much.
        var start = current - _history.Changed(TimeSpan.FromSeconds(policy.Integer("periodSeconds") ?? 0), _now);
        var value = policy.Integer("value") ?? 0;
        return (policy.Text("type"), up) switch
        {
            ("Pods", true) => start + value,
            ("Pods", false) => start - value,
            (_, true) => (long)Math.Ceiling(start * (1 + (value / 100.0))),
            _ => (long)(start * (1 - (value / 100.0))),
        };
    }
}

/// <summary>A number of replicas, and what held it there.</summary>
/// <param name="Replicas">How many.</param>
/// <param name="Reason">Why, as conditions say it in one word.</param>
/// <param name="Message">Why, for people.</param>
internal readonly record struct Limited(long Replicas, string Reason, string Message);
