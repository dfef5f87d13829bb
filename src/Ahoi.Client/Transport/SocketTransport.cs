using System.Net;
using System.Security.Cryptography.X509Certificates;
using Ahoi.Client.Connections;

namespace Ahoi.Client.Transport;

/// <summary>
/// Sends requests over sockets of our own. When a certificate changes, new connections use the new one and what is under
/// way ends on the old.
/// </summary>
internal sealed class SocketTransport(ApiConnection connection, TransportSettings settings) : HttpMessageHandler
{
    /// <summary>The client certificate a credential brought along, as a request's option.</summary>
    public static readonly HttpRequestOptionsKey<X509Certificate2> ClientCertificate = new("ahoi.client-certificate");

    private readonly Lock _gate = new();
    private Generation? _current;
    private Generation? _retired;
    private bool _disposed;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Options.TryGetValue(ClientCertificate, out var certificate);
        if (connection.TlsServerName is { } name)
        {
            // The sockets take the name to check from here, and not from the TLS options.
            request.Headers.Host ??= name;
        }

        return For(certificate).Invoker.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_gate)
            {
                _disposed = true;
                _current?.Invoker.Dispose();
                _current = null;
                _retired?.Invoker.Dispose();
                _retired = null;
            }
        }

        base.Dispose(disposing);
    }

    private Generation For(X509Certificate2? certificate)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var now = settings.Time.GetTimestamp();
            if (_current is { } current && ReferenceEquals(current.Certificate, certificate))
            {
                if (settings.Time.GetElapsedTime(current.CheckedAt, now) < settings.CertificateCheckInterval)
                {
                    return current;
                }

                current.CheckedAt = now;
                if (current.Stamp == Stamp())
                {
                    return current;
                }
            }

            Generation next;
            try
            {
                next = new(new(CreateHandler(certificate)), certificate, Stamp()) { CheckedAt = now };
            }
            catch (TransportException) when (_current is { } good && ReferenceEquals(good.Certificate, certificate))
            {
                // The files are just being replaced; what was read before is good for a while.
                return good;
            }

            // Whoever was just given the current one may still be about to use it, so it goes at the change after this.
            _retired?.Invoker.Dispose();
            _retired = _current;
            _current = next;
            return next;
        }
    }

    private (long Authority, long Certificate, long Key) Stamp() => (
        connection.CertificateAuthority?.Stamp ?? 0,
        connection.ClientCertificate?.Stamp ?? 0,
        connection.ClientKey?.Stamp ?? 0);

    private SocketsHttpHandler CreateHandler(X509Certificate2? certificate) => new()
    {
        SslOptions = connection.Server.Scheme == Uri.UriSchemeHttps ? TlsGeneration.Read(connection, certificate) : new(),
        ConnectTimeout = settings.ConnectTimeout,
        PooledConnectionLifetime = settings.ConnectionLifetime,
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = settings.PingDelay,
        KeepAlivePingTimeout = settings.PingTimeout,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
        InitialHttp2StreamWindowSize = 1 << 20,
        MaxResponseHeadersLength = 128,
        AutomaticDecompression = settings.Compression ? DecompressionMethods.GZip : DecompressionMethods.None,
        AllowAutoRedirect = false,
        UseCookies = false,
        Proxy = connection.Proxy is { } proxy ? new WebProxy(proxy) : null,
    };

    private sealed class Generation(
        HttpMessageInvoker invoker, X509Certificate2? certificate, (long Authority, long Certificate, long Key) stamp)
    {
        public HttpMessageInvoker Invoker { get; } = invoker;

        public X509Certificate2? Certificate { get; } = certificate;

        public (long Authority, long Certificate, long Key) Stamp { get; } = stamp;

        public long CheckedAt { get; set; }
    }
}
