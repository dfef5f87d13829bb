namespace Ahoi.ControlPlane.Controllers.Jobs;

/// <summary>Names that jobs give their pods, as Kubernetes documents them.</summary>
internal static class JobNames
{
    public const string Controller = "kubernetes.io/job-controller";
    public const string TrackingFinalizer = "batch.kubernetes.io/job-tracking";
    public const string Index = "batch.kubernetes.io/job-completion-index";
    public const string IndexFailures = "batch.kubernetes.io/job-index-failure-count";
    public const string IndexIgnoredFailures = "batch.kubernetes.io/job-index-ignored-failure-count";
    public const string IndexVariable = "JOB_COMPLETION_INDEX";
}
