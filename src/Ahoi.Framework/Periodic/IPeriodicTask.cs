namespace Ahoi.Framework.Periodic;

/// <summary>Something an operator does from time to time. One instance serves all runs, so its fields carry over; it never
/// runs twice at once.</summary>
public interface IPeriodicTask
{
    /// <summary>Does it once.</summary>
    /// <param name="context">What a run has at hand.</param>
    /// <param name="cancellationToken">Ends the run: at its deadline, when the operator stops, and when this replica does
    /// not lead any more.</param>
    /// <returns>When it is done.</returns>
    ValueTask RunAsync(PeriodicTaskContext context, CancellationToken cancellationToken);
}
