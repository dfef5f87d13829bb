using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Jobs;

/// <summary>One look at a job and its pods: what is counted, what is to be counted, what runs.</summary>
internal sealed class JobState
{
    private readonly HashSet<string> _countedSucceeded;
    private readonly HashSet<string> _countedFailed;

    public JobState(JsonMap job, ReconcileContext context, IEnumerable<RawObject> pods)
    {
        Job = job;
        Spec = job.Map("spec") ?? [];
        Status = job.Map("status")?.DeepClone() ?? [];
        Context = context;
        Now = context.Time.GetUtcNow();
        Pods = [.. pods.Select(p => new JobPod(p))];
        var uncounted = Status.EnsureMap("uncountedTerminatedPods");
        _countedSucceeded = [.. uncounted.List("succeeded")?.Texts ?? []];
        _countedFailed = [.. uncounted.List("failed")?.Texts ?? []];
        IsIndexed = Spec.Text("completionMode") == "Indexed";
        Completions = Spec.Integer("completions");
        Terminating = Pods.Count(p => PodState.IsBeingDeleted(p.Pod) && !PodState.IsFinished(p.Pod));
        Active = [.. Pods.Where(p => PodState.IsActive(p.Pod))];
        NewSucceeded = [.. Pods.Where(p => IsUncounted(p, _countedSucceeded) && PodState.Phase(p.Pod) == "Succeeded")];
        NewFailed = [.. Pods.Where(p => IsUncounted(p, _countedFailed) && IsFailed(p.Pod))];
        if (IsIndexed)
        {
            SucceededBefore = IndexSet.Parse(Status.Text("completedIndexes"), Completions ?? 0);
            Succeeded = SucceededBefore.With(Pods.Where(p => p.IsTracked && PodState.Phase(p.Pod) == "Succeeded" && IsIndexOf(p)).Select(p => p.Index));
            if (Spec.Integer("backoffLimitPerIndex") is { } limit)
            {
                Failed = IndexSet.Parse(Status.Text("failedIndexes"), Completions ?? 0)
                    .With(Pods.Where(p => p.IsTracked && IsIndexOf(p) && IsIndexFailed(p.Pod, limit)).Select(p => p.Index));
                Kept = LastFailures();
            }
        }
    }

    public JsonMap Job { get; }

    public JsonMap Spec { get; }

    /// <summary>Gets the status as it is to be; it is changed as the reconcile goes on.</summary>
    public JsonMap Status { get; }

    public ReconcileContext Context { get; }

    public DateTimeOffset Now { get; }

    public List<JobPod> Pods { get; }

    public List<JobPod> Active { get; private set; }

    public List<JobPod> NewSucceeded { get; }

    public List<JobPod> NewFailed { get; }

    public int Terminating { get; set; }

    public bool IsIndexed { get; }

    public long? Completions { get; }

    public long Parallelism => Spec.Integer("parallelism") ?? 1;

    public bool IsSuspended => Spec.Flag("suspend") == true;

    public bool IsBeingDeleted => PodState.IsBeingDeleted(Job);

    public IndexSet SucceededBefore { get; } = new();

    public IndexSet Succeeded { get; } = new();

    /// <summary>Gets the failed indexes where indexes fail on their own, or <see langword="null"/>.</summary>
    public IndexSet? Failed { get; }

    /// <summary>Gets, by index, the failed pod that stays tracked until its replacement has taken over its count.</summary>
    public IReadOnlyDictionary<int, JobPod> Kept { get; } = new Dictionary<int, JobPod>();

    /// <summary>Gets or sets how the job is about to end, or <see langword="null"/>.</summary>
    public JobEnd? End { get; set; }

    public int SucceededCount => IsIndexed ? Succeeded.Count : (int)(Status.Integer("succeeded") ?? 0) + NewSucceeded.Count + _countedSucceeded.Count;

    public int FailedCount =>
        (int)(Status.Integer("failed") ?? 0) + NewFailed.Count(p => PodFailurePolicy.Judge(Job, p.Pod).Counts) + _countedFailed.Count;

    public int ReadyCount => Active.Count(p => PodState.IsReady(p.Pod));

    /// <summary>Gets whether pods are replaced only when they have ended, not while they go away.</summary>
    public bool ReplacesEndedOnly => Spec.Text("podReplacementPolicy") == "Failed" || Spec.Map("podFailurePolicy") is not null;

    public bool IsFailed(JsonMap pod) =>
        PodState.Phase(pod) == "Failed" || (!ReplacesEndedOnly && PodState.IsBeingDeleted(pod) && PodState.Phase(pod) != "Succeeded");

    public bool IsIndexOf(JobPod pod) => !IsIndexed || (pod.Index >= 0 && pod.Index < Completions);

    public bool HasCounted(JobPod pod) => _countedSucceeded.Contains(pod.Raw.Uid);

    public bool HasCountedFailed(JobPod pod) => _countedFailed.Contains(pod.Raw.Uid);

    public void Deleted(IReadOnlyCollection<JobPod> pods)
    {
        Active = [.. Active.Except(pods)];
        Terminating += pods.Count;
    }

    public JsonMap? Condition(string type) => (Status.List("conditions")?.Maps ?? []).FirstOrDefault(c => c.Text("type") == type && c.Text("status") == "True");

    /// <summary>Sets a condition; one that does not hold is only said where it did before. Returns whether anything changed.</summary>
    public bool SetCondition(string type, bool holds, string reason, string message)
    {
        var conditions = Status.List("conditions");
        var before = (conditions?.Maps ?? []).FirstOrDefault(c => c.Text("type") == type);
        if (before is null ? !holds : before.Text("status") == (holds ? "True" : "False"))
        {
            return false;
        }

        var condition = new JsonMap
        {
            ["type"] = type, ["status"] = holds ? "True" : "False", ["lastProbeTime"] = PodState.Write(Now), ["lastTransitionTime"] = PodState.Write(Now), ["reason"] = reason, ["message"] = message,
        };
        conditions ??= Status.EnsureList("conditions");
        if (before is null)
        {
            conditions.Add(condition);
        }
        else
        {
            conditions[conditions.IndexOf(before)] = condition;
        }

        return true;
    }

    // Pods without an index the job has are nobody's business; those without the finalizer are counted already.
    private bool IsUncounted(JobPod pod, HashSet<string> counted) => pod.IsTracked && !counted.Contains(pod.Raw.Uid) && IsIndexOf(pod);

    private bool IsIndexFailed(JsonMap pod, long limit)
    {
        if (!IsFailed(pod))
        {
            return false;
        }

        var judged = PodFailurePolicy.Judge(Job, pod);
        return judged.Action == "FailIndex" || (judged.Counts && JobBackoff.Number(pod, JobNames.IndexFailures) >= limit);
    }

    private Dictionary<int, JobPod> LastFailures()
    {
        var active = Active.Select(p => p.Index).ToHashSet();
        return Pods
            .Where(p => p.IsTracked && p.Index >= 0 && IsIndexOf(p) && IsFailed(p.Pod) && !active.Contains(p.Index) && !Succeeded.Has(p.Index) && Failed?.Has(p.Index) != true)
            .GroupBy(p => p.Index)
            .ToDictionary(g => g.Key, g => g.MaxBy(p => JobBackoff.FailuresOf(p.Pod))!); // A group has an element.
    }
}
