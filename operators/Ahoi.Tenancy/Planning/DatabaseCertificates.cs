using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>The certificates around one database: an authority of its own, the server's, and the pools'.</summary>
internal static class DatabaseCertificates
{
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan LeafLife = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    private static readonly Remembered<DateTime?> Ends = new(16 * 1024);

    /// <summary>Makes an authority.</summary>
    public static Dictionary<string, byte[]> Authority(Database database, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={database.Metadata.Name} database authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(now - TimeSpan.FromMinutes(5), now + AuthorityLife);
        return Files(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), certificate.ExportCertificatePem());
    }

    /// <summary>The server's certificate, for all names it is called by: the one that is there as long as it is good.</summary>
    public static IDictionary<string, byte[]> Server(Database database, V1Secret authority, V1Secret? present, DateTimeOffset now)
    {
        var name = DatabaseNames.Server(database);
        var @namespace = database.Metadata.Namespace;
        string[] hosts = [name, $"{name}.{@namespace}", $"{name}.{@namespace}.svc", $"{name}.{@namespace}.svc.cluster.local", $"{name}-0.{name}.{@namespace}.svc", $"{name}-0.{name}.{@namespace}.svc.cluster.local"];
        return IsGood(present, authority, now) ? present!.Data : Leaf(authority, DatabaseNames.Host(database), hosts, "1.3.6.1.5.5.7.3.1", now);
    }

    /// <summary>The pools' certificate, by which they log in as the role that looks up others: the one that is there as long
    /// as it is good.</summary>
    public static IDictionary<string, byte[]> Pool(V1Secret authority, V1Secret? present, DateTimeOffset now) =>
        IsGood(present, authority, now) ? present!.Data : Leaf(authority, DatabaseNames.PoolRole, [], "1.3.6.1.5.5.7.3.2", now);

    private static bool IsGood(V1Secret? present, V1Secret authority, DateTimeOffset now)
    {
        if (present?.Data is not { } data || !data.TryGetValue("tls.crt", out var pem) || !data.TryGetValue("tls.key", out var key) || !data.TryGetValue("ca.crt", out var issuer)
            || !issuer.AsSpan().SequenceEqual(authority.Data["tls.crt"]))
        {
            return false;
        }

        return Ends.Of(pem, key, () => EndOf(pem, key)) is { } end && end - RenewBefore > now.UtcDateTime;
    }

    /// <summary>When a certificate ends; nothing where it is not one, or not one of its key.</summary>
    private static DateTime? EndOf(byte[] pem, byte[] key)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(pem), Encoding.UTF8.GetString(key));
            return certificate.NotAfter.ToUniversalTime();
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return null; // Edited by hand: it is made anew.
        }
    }

    private static Dictionary<string, byte[]> Leaf(V1Secret authority, string commonName, string[] hosts, string usage, DateTimeOffset now)
    {
        using var issuer = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(authority.Data["tls.crt"]), Encoding.UTF8.GetString(authority.Data["tls.key"]));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Name(commonName), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        if (hosts.Length > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var host in hosts)
            {
                names.AddDnsName(host);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        var end = now + LeafLife < issuer.NotAfter.ToUniversalTime() ? now + LeafLife : issuer.NotAfter.ToUniversalTime();
        using var certificate = request.Create(issuer, now - TimeSpan.FromMinutes(5), end, RandomNumberGenerator.GetBytes(16));
        return Files(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), issuer.ExportCertificatePem());
    }

    // A common name has at most 64 characters (X.520); longer hosts are in the alternative names alone.
    private static X500DistinguishedName Name(string commonName)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(commonName.Length <= 64 ? commonName : commonName[..64]);
        return builder.Build();
    }

    private static Dictionary<string, byte[]> Files(string certificate, string key, string authority) => new()
    {
        ["tls.crt"] = Encoding.ASCII.GetBytes(certificate + "\n"),
        ["tls.key"] = Encoding.ASCII.GetBytes(key + "\n"),
        ["ca.crt"] = Encoding.ASCII.GetBytes(authority + "\n"),
    };
}
