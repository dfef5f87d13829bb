namespace Ahoi.ControlPlane.Node.Containers;

/// <summary>A container cannot be started as it is described.</summary>
/// <param name="reason">Why, as the kubelet names it in the container's waiting state: <c>CreateContainerConfigError</c>,
/// for example.</param>
/// <param name="message">Why, for people.</param>
internal sealed class ContainerFaultException(string reason, string message) : Exception(message)
{
    public string Reason { get; } = reason;
}
