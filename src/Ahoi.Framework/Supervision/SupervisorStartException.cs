namespace Ahoi.Framework.Supervision;

/// <summary>A supervisor did not start because one of its children did not; those before it were stopped again.</summary>
/// <param name="childId">The child that did not start.</param>
/// <param name="innerException">Why.</param>
public sealed class SupervisorStartException(string childId, Exception? innerException)
    : Exception($"Child '{childId}' did not start.", innerException)
{
    /// <summary>Gets the child that did not start.</summary>
    public string ChildId { get; } = childId;
}
