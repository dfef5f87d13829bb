using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>Looks after an autoscaler once: asks its metrics, scales its target, and says in its status and by events what came
/// of it, in Kubernetes' words.</summary>
internal sealed class AutoscalerRun(JsonMap autoscaler, ReconcileContext context, Description description, ScalingHistory history, Func<LabelSelector, IReadOnlyList<RawObject>, IReadOnlyList<ObjectKey>> rivals)
{
    private const string Manager = "kube-controller-manager";
    private const string AbleToScale = "AbleToScale";
    private const string ScalingActive = "ScalingActive";
    private const string ScalingLimited = "ScalingLimited";

    private readonly JsonMap _spec = autoscaler.Map("spec") ?? [];
    private readonly DateTimeOffset _now = context.Time.GetUtcNow();
    private readonly AutoscalerStatus _status = new(autoscaler, context.Time.GetUtcNow());

    /// <summary>Gets what the status is to be.</summary>
    public JsonMap Status => _status.Value;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ScaleTarget target;
        try
        {
            target = await ScaleTarget.ReadAsync(context.Client, context.Key.Namespace, _spec.Map("scaleTargetRef") ?? [], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ApiException or MetricFaultException)
        {
            Warn("FailedGetScale", exception.Message);
            _status.Set(AbleToScale, false, "FailedGetScale", $"the HPA controller was unable to get the target's current scale: {exception.Message}");
            return;
        }

        _status.Set(AbleToScale, true, "SucceededGetScale", "the HPA controller was able to get the target's current scale");
        var current = target.Replicas;
        history.Begin(current, _now);
        var (least, most) = (_spec.Integer("minReplicas") ?? 1, _spec.Integer("maxReplicas") ?? 1);
        JsonList? metrics = null;
        var (desired, why) = (current, "");
        if (current == 0 && least != 0)
        {
            _status.Set(ScalingActive, false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero");
        }
        else if (current > most)
        {
            (desired, why) = (most, "Current number of replicas above Spec.MaxReplicas");
        }
        else if (current < least)
        {
            (desired, why) = (least, "Current number of replicas below Spec.MinReplicas");
        }
        else if (await AskAsync(target, cancellationToken).ConfigureAwait(false) is { } answer)
        {
            metrics = answer.Metrics;
            why = answer.Replicas > current ? $"{answer.Name} above target" : "All metrics below target";
            desired = Hold(current, answer.Replicas);
        }
        else
        {
            _status.Count(current, null, null, scaled: false);
            return;
        }

        if (desired != current && !await ScaleAsync(target, desired, why, cancellationToken).ConfigureAwait(false))
        {
            _status.Count(current, null, metrics, scaled: false);
            return;
        }

        _status.Count(current, desired, metrics, scaled: desired != current);
    }

    private long Hold(long current, long wanted)
    {
        var limits = new ScalingLimits(_spec, history, _now);
        var stable = limits.Stabilize(current, wanted);
        _status.Set(AbleToScale, true, stable.Reason, stable.Message);
        var limited = limits.Limit(current, stable.Replicas);
        _status.Set(ScalingLimited, limited.Replicas != stable.Replicas, limited.Reason, limited.Message);
        return limited.Replicas;
    }

    private async Task<bool> ScaleAsync(ScaleTarget target, long desired, string why, CancellationToken cancellationToken)
    {
        try
        {
            await target.WriteAsync(desired, Manager, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException exception)
        {
            Warn("FailedRescale", $"New size: {desired}; reason: {why}; error: {exception.Message}");
            _status.Set(AbleToScale, false, "FailedUpdateScale", $"the HPA controller was unable to update the target scale: {exception.Message}");
            return false;
        }

        _status.Set(AbleToScale, true, "SucceededRescale", $"the HPA controller was able to update the target scale to {desired}");
        description.WithEvent("SuccessfulRescale", $"New size: {desired}; reason: {why}");
        history.Change(desired - target.Replicas, _now);
        return true;
    }

    /// <summary>Asks all metrics; the one that asks for the most counts.</summary>
    /// <returns>What they say, or <see langword="null"/> where they say nothing that could be acted on.</returns>
    private async Task<(long Replicas, string Name, JsonList Metrics)?> AskAsync(ScaleTarget target, CancellationToken cancellationToken)
    {
        if (await PodsAsync(target, cancellationToken).ConfigureAwait(false) is not { } pods)
        {
            return null;
        }

        var reader = new MetricReader(context, target, pods, Tolerance.Of(_spec.Map("behavior")));
        var sources = (_spec.List("metrics")?.Maps ?? []).ToList();
        var (replicas, name, statuses) = (0L, "", new JsonList());
        var faults = new List<(JsonMap Metric, string Message)>();
        foreach (var metric in sources)
        {
            try
            {
                var answer = await reader.ReadAsync(metric, cancellationToken).ConfigureAwait(false);
                statuses.Add(answer.Status);
                (replicas, name) = replicas == 0 || answer.Replicas > replicas ? (answer.Replicas, answer.Name) : (replicas, name);
            }
            catch (MetricFaultException fault)
            {
                // kubectl finds a metric's status by its place.
                statuses.Add(new JsonMap { ["type"] = metric.Text("type") });
                faults.Add((metric, fault.Message));
                Warn(MetricReader.Fault(metric), fault.Message);
            }
        }

        if (faults.Count > 0 && (faults.Count == sources.Count || replicas < target.Replicas))
        {
            // Fewer replicas only where all metrics agree.
            var (metric, message) = faults[0];
            _status.Set(ScalingActive, false, MetricReader.Fault(metric), $"the HPA was unable to compute the replica count: {message}");
            Warn("FailedComputeMetricsReplicas", $"invalid metrics ({faults.Count} invalid out of {sources.Count}), first error is: failed to get {MetricReader.Name(metric)}: {message}");
            return null;
        }

        _status.Set(ScalingActive, true, "ValidMetricFound", $"the HPA was able to successfully calculate a replica count from {name}");
        return (replicas, name, statuses);
    }

    private async Task<IReadOnlyList<JsonMap>?> PodsAsync(ScaleTarget target, CancellationToken cancellationToken)
    {
        if (target.Selector.Length == 0)
        {
            Warn("SelectorRequired", "selector is required");
            _status.Set(ScalingActive, false, "InvalidSelector", "the HPA target's scale is missing a selector");
            return null;
        }

        LabelSelector selector;
        try
        {
            selector = LabelSelector.Parse(target.Selector);
        }
        catch (FormatException exception)
        {
            var message = $"couldn't convert selector into a corresponding internal selector object: {exception.Message}";
            Warn("InvalidSelector", message);
            _status.Set(ScalingActive, false, "InvalidSelector", message);
            return null;
        }

        history.Selector = selector;
        var pods = await context.ListAsync(Kinds.Pod, cancellationToken, context.Key.Namespace, p => selector.Matches(p.Labels)).ConfigureAwait(false);
        if (rivals(selector, pods) is { Count: > 0 } others)
        {
            var message = $"pods by selector {target.Selector} are controlled by multiple HPAs: [{string.Join(' ', others)}]";
            Warn("AmbiguousSelector", message);
            _status.Set(ScalingActive, false, "AmbiguousSelector", message);
            return null;
        }

        return [.. pods.Select(p => p.ToMap())];
    }

    private void Warn(string reason, string message) => description.WithEvent(reason, message, EventType.Warning);
}
