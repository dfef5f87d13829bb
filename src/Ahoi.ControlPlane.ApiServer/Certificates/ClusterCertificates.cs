using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ahoi.ControlPlane.ApiServer.Certificates;

/// <summary>A cluster's certificate authority and the API server's certificate, kept as PEM files that only their owner can read.</summary>
public sealed class ClusterCertificates : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private static readonly TimeSpan CaLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    private static readonly string[] ServerNames =
    [
        "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
    ];

    private ClusterCertificates(string authorityPem, X509Certificate2 server)
    {
        AuthorityPem = authorityPem;
        Server = server;
    }

    /// <summary>Gets the authority's certificate in PEM, as kubeconfigs carry it.</summary>
    public string AuthorityPem { get; }

    /// <summary>Gets the API server's certificate with its key.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>Makes an authority and a server certificate that are kept nowhere.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="addresses">Addresses the server is reached at, 127.0.0.1 and ::1 aside.</param>
    /// <returns>The certificates.</returns>
    public static ClusterCertificates Create(TimeProvider time, params IReadOnlyList<IPAddress> addresses)
    {
        ArgumentNullException.ThrowIfNull(time);
        using var authority = CreateAuthority(time.GetUtcNow());
        using var server = CreateServer(authority, time.GetUtcNow(), addresses);
        return new(authority.ExportCertificatePem(), Usable(server));
    }

    /// <summary>
    /// Loads the certificates of a folder (<c>ca.crt</c>, <c>ca.key</c>, <c>apiserver.crt</c>, <c>apiserver.key</c>) and makes what
    /// is missing, about to expire, or made for other addresses. The authority is kept as long as it is valid.
    /// </summary>
    /// <param name="folder">The folder; it must exist.</param>
    /// <param name="time">The clock.</param>
    /// <param name="addresses">Addresses the server is reached at, 127.0.0.1 and ::1 aside.</param>
    /// <returns>The certificates.</returns>
    /// <exception cref="CryptographicException">A file is damaged.</exception>
    public static ClusterCertificates LoadOrCreate(string folder, TimeProvider time, params IReadOnlyList<IPAddress> addresses)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(addresses);
        var now = time.GetUtcNow();
        var authority = Load(folder, "ca", now);
        X509Certificate2? server = null;
        try
        {
            if (authority is null)
            {
                authority = CreateAuthority(now);
                Save(folder, "ca", authority);
            }
            else
            {
                server = Load(folder, "apiserver", now);
            }

            if (server is null || !Covers(server, addresses) || server.Issuer != authority.Subject)
            {
                server?.Dispose();
                server = CreateServer(authority, now, addresses);
                Save(folder, "apiserver", server);
            }

            return new(authority.ExportCertificatePem(), Usable(server));
        }
        finally
        {
            authority?.Dispose();
            server?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Server.Dispose();

    private static X509Certificate2 CreateAuthority(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=ahoi-ca-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(now.AddMinutes(-5), now.Add(CaLifetime));
    }

    private static X509Certificate2 CreateServer(X509Certificate2 authority, DateTimeOffset now, IReadOnlyList<IPAddress> addresses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kube-apiserver", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in ServerNames)
        {
            names.AddDnsName(name);
        }

        foreach (var address in AllAddresses(addresses))
        {
            names.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        using var certificate = request.Create(authority, now.AddMinutes(-5), now.Add(ServerLifetime), RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
    }

    private static IEnumerable<IPAddress> AllAddresses(IReadOnlyList<IPAddress> addresses) =>
        addresses.Where(a => !a.Equals(IPAddress.Any) && !a.Equals(IPAddress.IPv6Any))
            .Concat([IPAddress.Loopback, IPAddress.IPv6Loopback]).Distinct();

    private static bool Covers(X509Certificate2 server, IReadOnlyList<IPAddress> addresses)
    {
        var names = server.Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault();
        return names is not null && AllAddresses(addresses).All(a => names.EnumerateIPAddresses().Contains(a));
    }

    private static X509Certificate2? Load(string folder, string name, DateTimeOffset now)
    {
        var (certificateFile, keyFile) = Files(folder, name);
        if (!File.Exists(certificateFile) || !File.Exists(keyFile))
        {
            return null;
        }

        var certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        if (certificate.NotAfter.ToUniversalTime() > now.Add(RenewBefore).UtcDateTime)
        {
            return certificate;
        }

        certificate.Dispose();
        return null;
    }

    private static void Save(string folder, string name, X509Certificate2 certificate)
    {
        var (certificateFile, keyFile) = Files(folder, name);
        using var key = certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("The certificate has no key.");
        WritePrivate(keyFile, key.ExportPkcs8PrivateKeyPem());
        WritePrivate(certificateFile, certificate.ExportCertificatePem());
    }

    private static (string CertificateFile, string KeyFile) Files(string folder, string name) =>
        (Path.Combine(folder, name + ".crt"), Path.Combine(folder, name + ".key"));

    private static void WritePrivate(string file, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(file, options);
        writer.Write(text);
        writer.Write('\n');
    }

    // TLS on Linux wants the key in the same blob as the certificate.
    private static X509Certificate2 Usable(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
}
