using System.Net;

namespace Ahoi.Framework.Observability;

/// <summary>What of an operator can be seen, and where.</summary>
public sealed class ObservabilityOptions
{
    /// <summary>Gets or sets where health, metrics and causes are served over plain HTTP; <see langword="null"/> serves
    /// nothing. A pod's probes and Prometheus come from outside: give <c>0.0.0.0</c> in a container.</summary>
    /// <value>The default is <c>127.0.0.1:8081</c>. Port 0 takes a free one, which
    /// <see cref="ObservabilityEndpoint.Address"/> names.</value>
    public IPEndPoint? Listen { get; set; } = new(IPAddress.Loopback, 8081);

    /// <summary>Gets or sets whether <c>/metrics</c> is served for Prometheus.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Prometheus { get; set; } = true;

    /// <summary>Gets or sets whether metrics, traces and logs are sent by OTLP. Where to, and how, is said by
    /// <see cref="OtlpEndpoint"/> or by OpenTelemetry's environment variables (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and its
    /// like).</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Otlp { get; set; }

    /// <summary>Gets or sets the collector, as in <c>http://127.0.0.1:4317</c>; setting it turns <see cref="Otlp"/> on. An
    /// address with a path, or with port 4318, is spoken to over HTTP with protobuf, any other one over gRPC.</summary>
    /// <value>The default is <see langword="null"/>: what the environment says, or gRPC to this machine.</value>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary>Gets or sets the token that whoever asks for causes (<c>/debug/reconciles</c>) must show. Without one, only
    /// this machine may ask.</summary>
    public string? AccessToken { get; set; }

    internal void Validate()
    {
        if (OtlpEndpoint is { } endpoint && (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https")))
        {
            throw new ArgumentException($"{nameof(OtlpEndpoint)} must be an http or https address, as in http://127.0.0.1:4317; it is '{endpoint}'.");
        }

        if (AccessToken is { Length: < 16 })
        {
            throw new ArgumentException($"{nameof(AccessToken)} must have at least 16 characters.");
        }
    }
}
