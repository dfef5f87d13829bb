namespace Ahoi.ControlPlane.Node.Metrics;

/// <summary>What something has used since it began.</summary>
/// <param name="Processor">Time of processors, in nanoseconds.</param>
/// <param name="Memory">Memory that it has now, in bytes, without what the kernel could take back at once.</param>
internal readonly record struct Consumption(long Processor, long Memory);
