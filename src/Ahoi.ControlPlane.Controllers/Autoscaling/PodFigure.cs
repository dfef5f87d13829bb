namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>What a pod used.</summary>
/// <param name="Milli">A thousand times the amount.</param>
/// <param name="Time">When the window ended.</param>
/// <param name="Window">How long it was.</param>
internal readonly record struct PodFigure(long Milli, DateTimeOffset Time, TimeSpan Window);
