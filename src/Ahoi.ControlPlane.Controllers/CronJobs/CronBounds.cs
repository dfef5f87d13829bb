namespace Ahoi.ControlPlane.Controllers.CronJobs;

/// <summary>What a field of a schedule may hold.</summary>
/// <param name="First">The least number.</param>
/// <param name="Last">The greatest number.</param>
/// <param name="Names">Names of the numbers, where they have some.</param>
internal sealed record CronBounds(int First, int Last, string[] Names);
