namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>A port of the machine cannot be listened at; the message is that of the event <c>FailedCreatePodSandBox</c>.</summary>
internal sealed class HostPortException(string message, Exception? cause = null) : Exception(message, cause);
