using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ahoi.Client.Requests;
using Ahoi.Models.Json;
using k8s;
using k8s.Autorest;

namespace Ahoi.Models.Typed;

/// <summary>
/// The official client's typed operations (<c>client.CoreV1.ReadNamespacedPodAsync</c>) over our connections: our TLS checks,
/// credentials and keep-alive, and bodies that are read without blocking, so that time-outs and cancellation hold to their
/// end. Watching through it is refused; <see cref="ApiClient"/> watches.
/// </summary>
public sealed class TypedKubernetes : Kubernetes
{
    private readonly JsonSerializerOptions _json;

    /// <summary>Makes a typed client.</summary>
    /// <param name="client">Whose connections to use; it is not disposed of, and must live longer.</param>
    /// <param name="json">How bodies are read, where they have types of yours; else <see langword="null"/>.</param>
    public TypedKubernetes(ApiClient client, JsonSerializerOptions? json = null)
        : base(Configure(client))
    {
        _json = json ?? ModelJson.Options;
        HttpClient.Dispose();
        HttpClient = new(client.CreateHandler(), disposeHandler: true)
        {
            Timeout = Timeout.InfiniteTimeSpan, // The base class cancels after HttpClientTimeout.
        };
    }

    /// <inheritdoc/>
    protected override async Task<HttpOperationResponse<T>> CreateResultAsync<T>(
        HttpRequestMessage httpRequest, HttpResponseMessage httpResponse, bool? watch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(httpResponse);
        if (watch == true)
        {
            httpResponse.Dispose();
            throw new NotSupportedException(
                "The typed client does not watch: it would wait for the first event and lose expired and unreadable ones. Use ApiClient.WatchAsync, or an informer.");
        }

        var body = await httpResponse.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var type = (JsonTypeInfo<T>)_json.GetTypeInfo(typeof(T));
            return new()
            {
                Request = httpRequest,
                Response = httpResponse,
                Body = await JsonSerializer.DeserializeAsync(body, type, cancellationToken).ConfigureAwait(false)
                    ?? throw new JsonException("The answer is null."),
            };
        }
    }

    private static KubernetesClientConfiguration Configure(ApiClient client)
    {
        ArgumentNullException.ThrowIfNull(client);

        // Only the address counts; connections, certificates and credentials are the client's.
        return new()
        {
            Host = client.Connection.Server.ToString(),
            SkipTlsVerify = false,
            HttpClientTimeout = client.Options.TotalTimeout,
        };
    }
}
