namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>A port of a Service.</summary>
/// <param name="Name">Its name; empty where it is the only one.</param>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
/// <param name="Number">The port at the Service's address.</param>
/// <param name="NodePort">The port at the node's address; 0 for none.</param>
/// <param name="Application">The protocol above, as in <c>kubernetes.io/h2c</c>; <see langword="null"/> where it is not said.</param>
internal sealed record ServicePort(string Name, string Protocol, int Number, int NodePort, string? Application);
