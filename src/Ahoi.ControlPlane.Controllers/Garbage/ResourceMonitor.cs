using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Client.Requests;
using Ahoi.Client.Watches;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Controllers.Garbage;

/// <summary>Follows the metadata of all objects of a resource into the graph.</summary>
internal sealed partial class ResourceMonitor(ApiClient client, ApiResource resource, GarbageGraph graph, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Lists and watches until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var version = default(string);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                version ??= await ListAsync(cancellationToken).ConfigureAwait(false);
                version = await WatchAsync(version, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Loop boundary: whatever the server or the network does, the resource is listed again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                version = exception is ApiException { Code: 410 or 404 } ? null : version;
                LogFailed(logger, exception, resource.Resource);
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var version = "";
        var there = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in client.ListPagesAsync(resource.Resource, null, new() { MetadataOnly = true }, cancellationToken).ConfigureAwait(false))
        {
            version = page.ResourceVersion;
            foreach (var item in page.Items)
            {
                there.Add(item.Uid);
                graph.Put(resource.Type, item);
            }
        }

        foreach (var gone in _known.Except(there))
        {
            graph.Remove(gone);
        }

        _known.Clear();
        _known.UnionWith(there);
        return version;
    }

    /// <summary>Watches over one connection.</summary>
    /// <returns>From where the next goes on, or <see langword="null"/> where only a new list helps.</returns>
    private async Task<string?> WatchAsync(string version, CancellationToken cancellationToken)
    {
        var options = new WatchOptions { ResourceVersion = version, MetadataOnly = true };
        await foreach (var change in client.WatchAsync(resource.Resource, null, options, cancellationToken).ConfigureAwait(false))
        {
            switch (change.Type)
            {
                case WatchEventType.Added or WatchEventType.Modified when change.Object is { } value:
                    _known.Add(value.Uid);
                    graph.Put(resource.Type, value);
                    break;
                case WatchEventType.Deleted when change.Object is { } last:
                    _known.Remove(last.Uid);
                    graph.Remove(last.Uid);
                    break;
                case WatchEventType.Error or WatchEventType.Unreadable:
                    return null;
            }

            version = change.ResourceVersion.Length > 0 ? change.ResourceVersion : version;
        }

        return version;
    }

    [LoggerMessage(2001, LogLevel.Debug, "Following {Resource} failed; it is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception, GroupVersionResource resource);
}
