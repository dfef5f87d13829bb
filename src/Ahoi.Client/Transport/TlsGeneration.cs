using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ahoi.Client.Connections;

namespace Ahoi.Client.Transport;

/// <summary>How a connection proves who is at both ends, as its files say it now.</summary>
internal static class TlsGeneration
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    public static SslClientAuthenticationOptions Read(ApiConnection connection, X509Certificate2? clientCertificate)
    {
        try
        {
            return ReadOptions(connection, clientCertificate);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new TransportException(
                TransportFault.NoCredentials, $"A certificate for {connection.Server} cannot be read: {exception.Message}", exception);
        }
    }

    private static SslClientAuthenticationOptions ReadOptions(ApiConnection connection, X509Certificate2? clientCertificate)
    {
        var options = new SslClientAuthenticationOptions();
        if (connection.InsecureSkipTlsVerify)
        {
            AcceptAnything(options);
        }
        else if (connection.CertificateAuthority is { } authority)
        {
            options.CertificateChainPolicy = TrustOnly(authority);
        }

        if (clientCertificate is null && connection is { ClientCertificate: { } certificate, ClientKey: { } key })
        {
            clientCertificate = ReadCertificate(certificate.Read(), key.Read());
        }

        if (clientCertificate is not null)
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(clientCertificate, null, offline: true);
        }

        return options;
    }

    /// <summary>Reads a certificate and its key; the result can be used for TLS on every platform.</summary>
    public static X509Certificate2 ReadCertificate(string certificatePem, string keyPem)
    {
        var certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            return certificate;
        }

        // SChannel cannot use a key that exists in memory alone.
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        }
    }

    /// <summary>
    /// Trusts the cluster's own authority and nobody else. The runtime's check of the host name stays, which a validation
    /// callback would take the place of.
    /// </summary>
    private static X509ChainPolicy TrustOnly(PemSource authority)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.ApplicationPolicy.Add(new(ServerAuthentication));
        policy.CustomTrustStore.ImportFromPem(authority.Read());
        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new CryptographicException($"{authority} has no certificate.");
    }

    [SuppressMessage("Security", "CA5359", Justification = "The user asked for it by name.")]
    private static void AcceptAnything(SslClientAuthenticationOptions options) =>
        options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
}
