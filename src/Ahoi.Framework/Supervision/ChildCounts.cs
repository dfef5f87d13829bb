namespace Ahoi.Framework.Supervision;

/// <summary>What <see cref="Supervisor.CountChildrenAsync"/> counts.</summary>
/// <param name="Specs">All children, running or not.</param>
/// <param name="Active">Those that run.</param>
/// <param name="Supervisors">Those that are supervisors, running or not.</param>
/// <param name="Workers">Those that are workers, running or not.</param>
public sealed record ChildCounts(int Specs, int Active, int Supervisors, int Workers);
