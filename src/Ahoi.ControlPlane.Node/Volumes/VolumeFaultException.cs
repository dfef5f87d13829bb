namespace Ahoi.ControlPlane.Node.Volumes;

/// <summary>A volume cannot be made as it is described; the message is that of the event <c>FailedMount</c>.</summary>
internal sealed class VolumeFaultException(string message) : Exception(message);
