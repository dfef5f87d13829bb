namespace Ahoi.ControlPlane.Node;

/// <summary>A program that a node needs is not on this machine, or does not work here; the message says which and what to do.</summary>
/// <param name="message">Which, and what to do.</param>
public sealed class MissingToolException(string message) : Exception(message);
