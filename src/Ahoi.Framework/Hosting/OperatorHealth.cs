namespace Ahoi.Framework.Hosting;

/// <summary>
/// How an operator is. <em>Live</em> says that its loops move: where it does not, only a restart helps. <em>Ready</em> says
/// that its caches are complete and that it knows who leads; a replica that waits to lead is ready. A cluster that does not
/// answer makes an operator unready, never dead.
/// </summary>
/// <param name="Live">What must be well for the process to go on.</param>
/// <param name="Ready">What must be well for the operator to do its work, or to take it over.</param>
public sealed record OperatorHealth(IReadOnlyList<HealthItem> Live, IReadOnlyList<HealthItem> Ready)
{
    /// <summary>Gets whether all of <see cref="Live"/> is well.</summary>
    public bool IsLive => Live.All(i => i.IsHealthy);

    /// <summary>Gets whether all of <see cref="Ready"/> is well.</summary>
    public bool IsReady => Ready.All(i => i.IsHealthy);
}
