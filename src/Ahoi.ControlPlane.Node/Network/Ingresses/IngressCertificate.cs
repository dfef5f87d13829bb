using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node.Network.Ingresses;

/// <summary>A certificate with its key and chain, as a TLS Secret has it.</summary>
/// <param name="Key">The Secret.</param>
/// <param name="Context">What a handshake takes; <see langword="null"/> where the Secret has nothing usable.</param>
/// <param name="Fault">What is wrong with the Secret, or <see langword="null"/>.</param>
internal sealed record IngressCertificate(ObjectKey Key, SslStreamCertificateContext? Context, string? Fault)
{
    /// <summary>Reads a Secret. What is wrong with it is said, and not thrown.</summary>
    public static IngressCertificate Read(RawObject raw)
    {
        var data = raw.ToMap().Map("data") ?? [];
        try
        {
            if (Text(data, "tls.crt") is not { } certificate || Text(data, "tls.key") is not { } key)
            {
                return new(raw.Key, null, "it has no tls.crt or no tls.key");
            }

            using var read = X509Certificate2.CreateFromPem(certificate, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificate);
            chain.RemoveAt(0);
            return new(raw.Key, SslStreamCertificateContext.Create(Usable(read), chain, offline: true), null);
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or ArgumentException)
        {
            return new(raw.Key, null, $"tls.crt and tls.key are no certificate in PEM and its key: {exception.Message}");
        }
    }

    /// <summary>Makes a certificate that nobody trusts, for handshakes nothing else is there for.</summary>
    public static SslStreamCertificateContext MakeOwn(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Ahoi ingress", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName("*.localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(time.GetUtcNow().AddMinutes(-5), time.GetUtcNow().AddYears(1));
        return SslStreamCertificateContext.Create(Usable(made), [], offline: true);
    }

    // TLS on Linux wants the key in the same blob as the certificate.
    private static X509Certificate2 Usable(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);

    private static string? Text(JsonMap data, string key) =>
        data.Text(key) is { Length: > 0 } encoded ? Encoding.UTF8.GetString(Convert.FromBase64String(encoded)) : null;
}
