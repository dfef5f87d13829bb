using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>The conversion strategy Webhook: another server converts, asked with a ConversionReview over HTTPS.</summary>
internal sealed class WebhookConversion : IVersionConverter, IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly JsonMap _client;
    private readonly string _reviewVersion;
    private readonly Func<JsonMap, Uri?> _resolveService;
    private readonly Lock _gate = new();
    private HttpClient? _http;
    private int _users;
    private bool _isRetired;

    /// <summary>Makes the converter of a definition.</summary>
    /// <param name="webhook">The definition's conversion.webhook.</param>
    /// <param name="resolveService">Finds the address of a service reference.</param>
    public WebhookConversion(JsonMap webhook, Func<JsonMap, Uri?> resolveService)
    {
        _client = webhook.Map("clientConfig") ?? [];
        _reviewVersion = webhook.List("conversionReviewVersions")?.Texts.FirstOrDefault(v => v is "v1" or "v1beta1") ?? "v1";
        _resolveService = resolveService;
    }

    /// <inheritdoc/>
    public async ValueTask<JsonMap> ConvertAsync(JsonMap value, string apiVersion, CancellationToken cancellationToken)
    {
        if (value.Text("apiVersion") == apiVersion)
        {
            return value;
        }

        var uid = Guid.NewGuid().ToString("D");
        var review = new JsonMap
        {
            ["kind"] = "ConversionReview",
            ["apiVersion"] = $"apiextensions.k8s.io/{_reviewVersion}",
            ["request"] = new JsonMap { ["uid"] = uid, ["desiredAPIVersion"] = apiVersion, ["objects"] = new JsonList { value } },
        };
        var answer = await AskAsync(review, value, cancellationToken).ConfigureAwait(false);
        return Accept(answer, uid, value, apiVersion);
    }

    /// <summary>Gives up the connections as soon as nobody converts any more. A request that began earlier may still ask.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isRetired = true;
            Close();
        }
    }

    private static ApiException Failure(JsonMap value, string why, Exception? inner = null) =>
        new(new ApiStatus(500, StatusReason.InternalError, $"conversion webhook for {value.Text("apiVersion")}, Kind={value.Text("kind")} failed: {why}"), inner);

    private static JsonMap Accept(JsonMap answer, string uid, JsonMap value, string apiVersion)
    {
        if (answer.Text("kind") != "ConversionReview" || answer.Map("response") is not { } response)
        {
            throw Failure(value, "the answer is no ConversionReview with a response");
        }

        if (response.Text("uid") != uid)
        {
            throw Failure(value, "the response carries another request's uid");
        }

        if (response.Map("result")?.Text("status") != "Success")
        {
            throw Failure(value, response.Map("result")?.Text("message") is { Length: > 0 } message ? message : "it reports a failure without a message");
        }

        if (response.List("convertedObjects") is not [JsonMap converted])
        {
            throw Failure(value, "it did not return exactly one object");
        }

        if (converted.Text("apiVersion") != apiVersion)
        {
            throw Failure(value, $"it returned an object of {converted.Text("apiVersion")} where {apiVersion} was wanted");
        }

        if (converted.Text("kind") != value.Text("kind"))
        {
            throw Failure(value, "it changed the kind");
        }

        var (before, after) = (value.Map("metadata") ?? [], converted.Map("metadata") ?? []);
        foreach (var key in (ReadOnlySpan<string>)["name", "namespace", "uid"])
        {
            if ((before.Text(key) ?? "") != (after.Text(key) ?? ""))
            {
                throw Failure(value, $"it changed metadata.{key}");
            }
        }

        // Only labels and annotations are the webhook's to change.
        var metadata = before.DeepClone();
        foreach (var key in (ReadOnlySpan<string>)["labels", "annotations"])
        {
            if (after.Map(key) is { Count: > 0 } own)
            {
                metadata[key] = own;
            }
            else
            {
                metadata.Remove(key);
            }
        }

        converted["metadata"] = metadata;
        return converted;
    }

    private static X509Certificate2Collection Roots(string? bundle)
    {
        var roots = new X509Certificate2Collection();
        if (!string.IsNullOrEmpty(bundle))
        {
            try
            {
                roots.ImportFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(bundle)));
            }
            catch (Exception exception) when (exception is FormatException or System.Security.Cryptography.CryptographicException)
            {
                // A bundle without certificates trusts nothing but what the machine trusts.
            }
        }

        return roots;
    }

    private HttpClient Rent()
    {
        lock (_gate)
        {
            _users++;
            return _http ??= Connect();
        }
    }

    private void Return()
    {
        lock (_gate)
        {
            _users--;
            Close();
        }
    }

    private void Close()
    {
        if (_isRetired && _users == 0)
        {
            _http?.Dispose();
            _http = null;
        }
    }

    private HttpClient Connect()
    {
        var roots = Roots(_client.Text("caBundle"));
        var host = _client.Map("service") is { } service ? $"{service.Text("name")}.{service.Text("namespace")}.svc" : null;
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        handler.SslOptions.TargetHost = host;
        if (roots.Count > 0)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        return new(handler) { Timeout = Timeout };
    }

    private async Task<JsonMap> AskAsync(JsonMap review, JsonMap value, CancellationToken cancellationToken)
    {
        var url = _client.Text("url") is { } text && Uri.TryCreate(text, UriKind.Absolute, out var given) ? given
            : _client.Map("service") is { } service ? _resolveService(service)
            : null;
        if (url is null)
        {
            throw Failure(value, "its address cannot be found");
        }

        using var content = new ByteArrayContent(JsonTree.ToUtf8(review));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var http = Rent();
        try
        {
            using var response = await http.PostAsync(url, content, cancellationToken).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? JsonTree.ParseMap(body)
                : throw Failure(value, $"Post \"{url}\": it answered {(int)response.StatusCode}");
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Failure(value, $"Post \"{url}\": {exception.Message}", exception);
        }
        finally
        {
            Return();
        }
    }
}
