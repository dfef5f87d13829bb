using Ahoi.Client.Credentials;

namespace Ahoi.Client.Connections;

/// <summary>Where an API server is, how to know it, and who we are there.</summary>
public sealed partial record ApiConnection
{
    /// <summary>Gets the server's address; a path in it comes before every request's path.</summary>
    public required Uri Server { get; init; }

    /// <summary>Gets the namespace to use where the user names none.</summary>
    public string DefaultNamespace { get; init; } = "default";

    /// <summary>Gets the name of the kubeconfig context this came from, or <see langword="null"/>.</summary>
    public string? Context { get; init; }

    /// <summary>Gets the certificates that vouch for the server; <see langword="null"/> asks the system's.</summary>
    public PemSource? CertificateAuthority { get; init; }

    /// <summary>Gets the name the server's certificate must have, where it is not the address's host.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Gets whether the server's certificate is not looked at at all.</summary>
    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>Gets our certificate, or <see langword="null"/>.</summary>
    public PemSource? ClientCertificate { get; init; }

    /// <summary>Gets the key of <see cref="ClientCertificate"/>.</summary>
    public PemSource? ClientKey { get; init; }

    /// <summary>Gets where credentials come from, or <see langword="null"/> for none but the certificate. Whoever makes it
    /// disposes of it.</summary>
    public CredentialSource? Credentials { get; init; }

    /// <summary>Gets whom to act as, or <see langword="null"/>.</summary>
    public Impersonation? Impersonation { get; init; }

    /// <summary>Gets the proxy to go through; <see langword="null"/> asks the environment.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Gets what carries requests instead of sockets of our own, as an API server in the same process does. It is
    /// not disposed of.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>A connection over a handler, an API server's in the same process for example.</summary>
    /// <param name="handler">The handler; it is not disposed of.</param>
    /// <param name="credentials">Who we are, or <see langword="null"/>.</param>
    /// <param name="server">The address to put into requests.</param>
    /// <returns>The connection.</returns>
    public static ApiConnection FromHandler(HttpMessageHandler handler, CredentialSource? credentials = null, Uri? server = null) => new()
    {
        Server = server ?? new("http://localhost/"),
        Handler = handler,
        Credentials = credentials,
    };

    /// <summary>A connection with a bearer token.</summary>
    /// <param name="server">The address.</param>
    /// <param name="token">The token.</param>
    /// <param name="certificateAuthority">Who vouches for the server.</param>
    /// <returns>The connection.</returns>
    public static ApiConnection FromToken(Uri server, string token, PemSource? certificateAuthority = null) => new()
    {
        Server = server,
        Credentials = FixedCredential.Token(token),
        CertificateAuthority = certificateAuthority,
    };
}
