using System.Net.Security;

namespace Ahoi.ControlPlane.Node.Network.Ingresses;

/// <summary>Finds the certificate for the name that a client asks for. It never changes.</summary>
/// <param name="hosts">The certificates by host, which may be a wildcard.</param>
/// <param name="fallback">The certificate for everything else.</param>
internal sealed class IngressCertificates(IReadOnlyDictionary<string, SslStreamCertificateContext> hosts, SslStreamCertificateContext fallback)
{
    public SslStreamCertificateContext Find(string? name)
    {
        var host = (name ?? "").TrimEnd('.').ToLowerInvariant();
        return hosts.TryGetValue(host, out var own) || hosts.TryGetValue(IngressRoutes.Wildcard(host), out own) ? own : fallback;
    }

    /// <summary>Chooses the certificates of Ingresses, the oldest first; the first that names a host has it.</summary>
    public static IngressCertificates Choose(
        IEnumerable<IngressView> ingresses, Func<IngressView, string, SslStreamCertificateContext?> find, SslStreamCertificateContext own)
    {
        var hosts = new Dictionary<string, SslStreamCertificateContext>(StringComparer.Ordinal);
        SslStreamCertificateContext? fallback = null;
        foreach (var ingress in ingresses)
        {
            foreach (var tls in ingress.Tls)
            {
                if (tls.Secret.Length == 0 || find(ingress, tls.Secret) is not { } certificate)
                {
                    continue;
                }

                if (tls.Hosts.Count == 0)
                {
                    fallback ??= certificate;
                }

                foreach (var host in tls.Hosts)
                {
                    hosts.TryAdd(host, certificate);
                }
            }
        }

        return new(hosts, fallback ?? own);
    }
}
