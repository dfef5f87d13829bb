namespace Ahoi.ControlPlane.Controllers.Jobs;

/// <summary>How a job ends.</summary>
/// <param name="Succeeds">Whether it has succeeded.</param>
/// <param name="Reason">Why, as one word.</param>
/// <param name="Message">Why, for people.</param>
internal sealed record JobEnd(bool Succeeds, string Reason, string Message)
{
    /// <summary>Gets the condition that says how the job will end, while its pods still do.</summary>
    public string InterimType => Succeeds ? "SuccessCriteriaMet" : "FailureTarget";

    /// <summary>Gets the condition that says how it has ended.</summary>
    public string FinalType => Succeeds ? "Complete" : "Failed";

    public static JobEnd BackoffLimitExceeded { get; } = new(false, "BackoffLimitExceeded", "Job has reached the specified backoff limit");

    public static JobEnd DeadlineExceeded { get; } = new(false, "DeadlineExceeded", "Job was active longer than specified deadline");

    public static JobEnd MaxFailedIndexesExceeded { get; } = new(false, "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");

    public static JobEnd FailedIndexes { get; } = new(false, "FailedIndexes", "Job has failed indexes");

    public static JobEnd CompletionsReached { get; } = new(true, "CompletionsReached", "Reached expected number of succeeded pods");
}
