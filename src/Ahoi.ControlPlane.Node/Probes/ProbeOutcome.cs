namespace Ahoi.ControlPlane.Node.Probes;

/// <summary>What one probe found out.</summary>
/// <param name="Succeeded">Whether the container is well.</param>
/// <param name="Message">What it said, for the event of a failure.</param>
internal sealed record ProbeOutcome(bool Succeeded, string Message = "");
