using System.Collections.Concurrent;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Webhooks;

/// <summary>The clients of all webhooks: one for each place and authority, kept with its connections while the server runs.</summary>
internal sealed class WebhookClients(ServiceAddress services) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<WebhookClient>> _clients = new(StringComparer.Ordinal);

    /// <summary>Gets the client for a clientConfig.</summary>
    public WebhookClient Of(JsonMap config) =>
        _clients.GetOrAdd(config.ToString(), _ => new(() => new WebhookClient(config, services))).Value;

    public void Dispose()
    {
        foreach (var client in _clients.Values.Where(c => c.IsValueCreated))
        {
            client.Value.Dispose();
        }
    }
}
