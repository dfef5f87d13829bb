namespace Ahoi.ControlPlane.Node.Network.Ingresses;

/// <summary>A rule of an Ingress.</summary>
/// <param name="Host">The host; with <c>*</c> as its first label for any one label there, empty for every host.</param>
/// <param name="Path">The path.</param>
/// <param name="IsExact">Whether only this path is meant, and not what is below it.</param>
/// <param name="Backend">Where requests go; <see langword="null"/> for a rule that names a host alone.</param>
internal sealed record IngressPath(string Host, string Path, bool IsExact, IngressBackend? Backend);
