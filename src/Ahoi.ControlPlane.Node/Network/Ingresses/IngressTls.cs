namespace Ahoi.ControlPlane.Node.Network.Ingresses;

/// <summary>The certificate an Ingress has for some hosts.</summary>
/// <param name="Hosts">The hosts; none for whatever has no certificate of its own.</param>
/// <param name="Secret">The name of the Secret; empty for the certificate that the server has anyway.</param>
internal sealed record IngressTls(IReadOnlyList<string> Hosts, string Secret);
