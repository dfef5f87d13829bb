namespace Ahoi.Api.Usage;

/// <summary>What a container or a node used, on average, over a window of time.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Time">When the window ended.</param>
/// <param name="Window">How long it was.</param>
/// <param name="NanoCores">Processors, in billionths of one.</param>
/// <param name="Memory">Memory at the end of the window, in bytes, without what the kernel could take back at once.</param>
public sealed record UsageSample(string Name, DateTimeOffset Time, TimeSpan Window, long NanoCores, long Memory);
