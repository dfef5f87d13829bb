using System.Collections.Concurrent;
using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Client.Transport;
using Ahoi.Client.Watches;

namespace Ahoi.Cli.Trees;

/// <summary>Follows the objects of some resources, as far as a condition wants them.</summary>
internal sealed class ObjectWatch(ApiClient client, IReadOnlyList<GroupVersionResource> resources, Func<RawObject, bool> wanted) : IAsyncDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<string, RawObject> _objects = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _loops = [];
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Gets a task that completes with the next change.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    public void Start() => _loops.AddRange(resources.Select(r => FollowAsync(r, _stopping.Token)));

    /// <summary>Gets the objects as they are now, oldest first.</summary>
    public IReadOnlyList<RawObject> Snapshot() =>
        [.. _objects.Values.OrderBy(o => o.CreationTimestamp).ThenBy(o => o.Kind, StringComparer.Ordinal).ThenBy(o => o.Name, StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task FollowAsync(GroupVersionResource resource, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var page = await client.ListAsync(resource, null, cancellationToken: cancellationToken);
                foreach (var value in page.Items)
                {
                    Put(value);
                }

                var options = new WatchOptions { ResourceVersion = page.ResourceVersion };
                await foreach (var change in client.WatchAsync(resource, null, options, cancellationToken))
                {
                    if (change.Object is not { } value || change.Type is WatchEventType.Bookmark or WatchEventType.Error)
                    {
                        continue;
                    }

                    if (change.Type == WatchEventType.Deleted)
                    {
                        _objects.TryRemove(value.Uid, out _);
                        Signal();
                    }
                    else
                    {
                        Put(value);
                    }
                }
            }
            catch (Exception exception) when (exception is ApiException or TransportException)
            {
                // The resource may not be served yet: its definition is being installed.
                await Task.Delay(RetryDelay, cancellationToken);
            }
        }
    }

    private void Put(RawObject value)
    {
        if (wanted(value))
        {
            _objects[value.Uid] = value;
            Signal();
        }
    }

    private void Signal() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
