using System.Text;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Client.Transport;
using Ahoi.Client.Watches;
using Ahoi.Pools.Contract;

namespace Ahoi.Pools.Agent.Orders;

/// <summary>Watches the Secret with the orders through the API server: a mounted one comes up to a minute late.</summary>
internal sealed class OrdersWatch(ApiClient client, AgentOptions options)
{
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Hands over orders, the present ones first, until it is cancelled.</summary>
    public async Task RunAsync(Action<PoolOrders> orders, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(orders, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is ApiException or TransportException)
            {
                Log.Write($"the orders cannot be read: {exception.Message}");
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(AgainAfter, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(Action<PoolOrders> orders, CancellationToken cancellationToken)
    {
        var found = await client.GetAsync(Secrets, new(options.Namespace, options.Secret), null, cancellationToken).ConfigureAwait(false);
        Take(found, orders);
        var watch = new WatchOptions { ResourceVersion = found.ResourceVersion, FieldSelector = $"metadata.name={options.Secret}" };
        await foreach (var change in client.WatchAsync(Secrets, options.Namespace, watch, cancellationToken).ConfigureAwait(false))
        {
            if (change is { Type: WatchEventType.Added or WatchEventType.Modified, Object: { } secret })
            {
                Take(secret, orders);
            }
        }
    }

    private static void Take(RawObject secret, Action<PoolOrders> orders)
    {
        var data = secret.ToMap().Map("data") ?? [];
        try
        {
            orders(PoolOrders.Read(Text(data, PoolOrders.ConfigurationKey), Text(data, PoolOrders.OrdersKey)));
        }
        catch (FormatException exception)
        {
            Log.Write($"the orders in the Secret {secret.Key} are wrong and the former ones stay: {exception.Message}");
        }
    }

    private static string Text(JsonMap data, string key) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(data.Text(key) ?? throw new FormatException($"{key} is missing.")));
}
