using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Client.Transport;
using Ahoi.Client.Watches;

namespace Ahoi.Client.Requests;

/// <content>Waiting for what an object becomes.</content>
public sealed partial class ApiClient
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Waits until a condition holds for an object, its absence included; <see cref="Waits.Until"/> has the usual ones. Watches rather than
    /// asks, and goes on through everything that passes: watches that end or are cut, servers that are overloaded or away
    /// for a moment.
    /// </summary>
    /// <param name="resource">The object's resource.</param>
    /// <param name="key">The object's key.</param>
    /// <param name="condition">What is waited for; it gets <see langword="null"/> while the object is not there.</param>
    /// <param name="limit">How long to wait at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The object as it was when the condition held.</returns>
    /// <exception cref="TimeoutException">The condition did not come to hold; the message shows the object as it is.</exception>
    /// <exception cref="ApiException">The server refused for good.</exception>
    /// <exception cref="TransportException">The server is not to be trusted, or does not speak this protocol.</exception>
    public async Task<RawObject?> WaitUntilAsync(
        GroupVersionResource resource, ObjectKey key, Func<RawObject?, bool> condition, TimeSpan limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        using var deadline = new CancellationTokenSource(limit, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var wait = new Waiting(resource, key, condition);
        var pause = TimeSpan.FromMilliseconds(100);
        try
        {
            while (true)
            {
                try
                {
                    if (await TryWaitAsync(wait, either.Token).ConfigureAwait(false))
                    {
                        return wait.Seen;
                    }

                    pause = TimeSpan.FromMilliseconds(100); // A server that ends watches at once is not asked in a tight loop.
                }
                catch (Exception exception) when (exception is TransportException { IsTransient: true } or ApiException { IsTransient: true } or ApiException { Code: 410 })
                {
                    wait.Fault = exception;
                }

                await Task.Delay(pause, _options.Time, either.Token).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"Waited {limit} in vain for {resource} {key}. It is: {wait.Seen?.ToMap().ToString() ?? "not there"}{(wait.Fault is { } fault ? $" (the last failure was: {fault.Message})" : "")}",
                exception);
        }
    }

    /// <summary>Lists and watches once; whether the condition came to hold before the watch ended.</summary>
    private async Task<bool> TryWaitAsync(Waiting wait, CancellationToken cancellationToken)
    {
        var selector = $"metadata.name={wait.Key.Name}";
        var page = await ListAsync(wait.Resource, wait.Key.Namespace, new ListOptions { FieldSelector = selector }, cancellationToken).ConfigureAwait(false);
        if (wait.Holds(page.Items.Count > 0 ? page.Items[0] : null))
        {
            return true;
        }

        wait.Fault = null;
        var options = new WatchOptions { FieldSelector = selector, ResourceVersion = page.ResourceVersion };
        await foreach (var change in WatchAsync(wait.Resource, wait.Key.Namespace, options, cancellationToken).ConfigureAwait(false))
        {
            if (change.Type is WatchEventType.Bookmark)
            {
                continue;
            }

            if (change.Object is not { } value || change.Type is WatchEventType.Error)
            {
                throw new ApiException(change.Status ?? new(410, StatusReason.Expired, "The watch cannot go on."));
            }

            if (wait.Holds(change.Type == WatchEventType.Deleted ? null : value))
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Waiting(GroupVersionResource resource, ObjectKey key, Func<RawObject?, bool> condition)
    {
        public GroupVersionResource Resource => resource;

        public ObjectKey Key => key;

        public RawObject? Seen { get; private set; }

        public Exception? Fault { get; set; }

        public bool Holds(RawObject? seen)
        {
            Seen = seen;
            return condition(seen);
        }
    }
}
