namespace Ahoi.ControlPlane.Node.Processes;

/// <summary>A process could not be started.</summary>
internal sealed class ProcessStartException(string message) : Exception(message);
