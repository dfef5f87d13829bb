namespace Ahoi.Framework.Supervision;

/// <summary>A supervisor gave up because its children had to be restarted too often.</summary>
/// <param name="childId">The child that needed the restart that was one too many.</param>
/// <param name="options">The supervisor's limits.</param>
/// <param name="innerException">How that child ended the last time.</param>
public sealed class RestartIntensityExceededException(string childId, SupervisorOptions options, Exception? innerException)
    : Exception(
        $"More than {options.MaxRestarts} restarts within {options.MaxSeconds.TotalSeconds:0.###} s; the last one was of '{childId}'.",
        innerException)
{
    /// <summary>Gets the child that needed the restart that was one too many.</summary>
    public string ChildId { get; } = childId;
}
