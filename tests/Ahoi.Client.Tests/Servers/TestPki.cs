using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ahoi.Client.Tests.Servers;

/// <summary>A certificate authority for one test.</summary>
internal sealed class TestPki
{
    private static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset To = From.AddDays(30);

    private readonly X509Certificate2 _authority;

    public TestPki(string name = "test authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(From, To);
    }

    public string AuthorityPem => _authority.ExportCertificatePem();

    public X509Certificate2 Server(string host) => Issue(host, "1.3.6.1.5.5.7.3.1", host);

    public X509Certificate2 Client(string name) => Issue(name, "1.3.6.1.5.5.7.3.2", null);

    public X509Certificate2 ClientOnlyNamedLike(string host) => Issue(host, "1.3.6.1.5.5.7.3.2", host);

    private X509Certificate2 Issue(string subject, string usage, string? host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(usage)], false));
        if (host is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        using var issued = request.Create(_authority, From, To.AddDays(-1), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
