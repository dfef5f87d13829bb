using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Lists;
using Ahoi.Client.Transport;
using Ahoi.Client.Watches;

namespace Ahoi.Client.Requests;

/// <content>Reading, listing and watching.</content>
public sealed partial class ApiClient
{
    private static readonly ReadOptions DefaultRead = new();
    private static readonly ListOptions DefaultList = new();
    private static readonly WatchOptions DefaultWatch = new();

    /// <summary>Gets an object.</summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="key">Its key.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="cancellationToken">Ends the request, also while the body comes.</param>
    /// <returns>The object.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused; 404 where there is no such object.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public async Task<RawObject> GetAsync(
        GroupVersionResource resource, ObjectKey key, ReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= DefaultRead;
        var path = new RequestPath(resource, key.Namespace, key.Name, options.Subresource)
            .Add("resourceVersion", options.ResourceVersion);
        var draft = new RequestDraft(HttpMethod.Get, path.ToString())
        {
            Accept = options.MetadataOnly ? MediaTypes.Metadata : MediaTypes.Json,
        };
        return await ObjectAsync(draft, options.ManagedFields, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gets an object, or nothing where there is none.</summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="key">Its key.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The object, or <see langword="null"/>.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused for another reason than that the object is not there.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public async Task<RawObject?> FindAsync(
        GroupVersionResource resource, ObjectKey key, ReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await GetAsync(resource, key, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Api.Errors.ApiException exception) when (exception.Code == 404)
        {
            return null;
        }
    }

    /// <summary>Lists objects: one request, one page.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="namespace">The namespace, or <see langword="null"/> for all of them or for a cluster-scoped resource.</param>
    /// <param name="options">Which objects, and how.</param>
    /// <param name="cancellationToken">Ends the request, also while the body comes.</param>
    /// <returns>The page.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused; 410 where the continue token is too old.</exception>
    /// <exception cref="TransportException">The server did not answer, or stopped in the middle.</exception>
    public async Task<ObjectPage> ListAsync(
        GroupVersionResource resource, string? @namespace = null, ListOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= DefaultList;
        var limit = options.Limit ?? _options.PageSize;
        var path = new RequestPath(resource, @namespace)
            .Add("labelSelector", options.LabelSelector)
            .Add("fieldSelector", options.FieldSelector)
            .Add("limit", limit > 0 ? limit : null)
            .Add("continue", options.Continue)
            .Add("resourceVersion", options.ResourceVersion)
            .Add("resourceVersionMatch", options.ResourceVersionMatch);
        var draft = new RequestDraft(HttpMethod.Get, path.ToString())
        {
            Accept = options.MetadataOnly ? MediaTypes.MetadataList : MediaTypes.Json,
        };
        var response = await SendAsync(draft, cancellationToken).ConfigureAwait(false);
        await using (response.ConfigureAwait(false))
        {
            return await ListReader.ReadAsync(response, options.ManagedFields).ConfigureAwait(false);
        }
    }

    /// <summary>Lists objects page by page, all from one snapshot.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="namespace">The namespace, or <see langword="null"/>.</param>
    /// <param name="options">Which objects, and how.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>The pages; the next is asked for when it is wanted.</returns>
    public async IAsyncEnumerable<ObjectPage> ListPagesAsync(
        GroupVersionResource resource,
        string? @namespace = null,
        ListOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= DefaultList;
        while (true)
        {
            var page = await ListAsync(resource, @namespace, options, cancellationToken).ConfigureAwait(false);
            yield return page;
            if (page.Continue is null)
            {
                yield break;
            }

            // A token already says of which version the list is.
            options = options with { Continue = page.Continue, ResourceVersion = null, ResourceVersionMatch = null };
        }
    }

    /// <summary>Opens a watch. It is open when this returns, even if nothing ever happens.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="namespace">The namespace, or <see langword="null"/> for all of them or for a cluster-scoped resource.</param>
    /// <param name="options">What is watched, and from where on.</param>
    /// <param name="cancellationToken">Ends the opening, and later the watch.</param>
    /// <returns>The watch; whoever opens it disposes of it.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused; 410 where the resource version is too old.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public async Task<WatchStream> OpenWatchAsync(
        GroupVersionResource resource, string? @namespace = null, WatchOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= DefaultWatch;
        var timeout = options.Timeout ?? TimeSpan.FromSeconds(_options.Random.Next(300, 600));
        var match = options.ResourceVersionMatch ?? (options.SendInitialEvents ? "NotOlderThan" : null);
        var path = new RequestPath(resource, @namespace)
            .Add("watch", "true")
            .Add("allowWatchBookmarks", options.AllowBookmarks)
            .Add("sendInitialEvents", options.SendInitialEvents)
            .Add("resourceVersion", options.ResourceVersion)
            .Add("resourceVersionMatch", match)
            .Add("timeoutSeconds", Math.Max(1, (long)Math.Ceiling(timeout.TotalSeconds)))
            .Add("labelSelector", options.LabelSelector)
            .Add("fieldSelector", options.FieldSelector);
        var draft = new RequestDraft(HttpMethod.Get, path.ToString())
        {
            Accept = options.MetadataOnly ? MediaTypes.Metadata : MediaTypes.Json,
            IsEndless = true,
            IdleLimit = options.SilenceLimit ?? _options.WatchSilenceLimit,
        };
        return new(await SendAsync(draft, cancellationToken).ConfigureAwait(false), options.ManagedFields);
    }

    /// <summary>Watches over one connection, from its opening at the first event that is asked for to its end.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="namespace">The namespace, or <see langword="null"/>.</param>
    /// <param name="options">What is watched, and from where on.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>The events; see <see cref="WatchStream"/> for how they end.</returns>
    public async IAsyncEnumerable<WatchEvent> WatchAsync(
        GroupVersionResource resource,
        string? @namespace = null,
        WatchOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var watch = await OpenWatchAsync(resource, @namespace, options, cancellationToken).ConfigureAwait(false);
        await using (watch.ConfigureAwait(false))
        {
            await foreach (var change in watch.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return change;
            }
        }
    }

    private async Task<RawObject> ObjectAsync(RequestDraft draft, ManagedFieldsFilter? filter, CancellationToken cancellationToken)
    {
        var response = await SendAsync(draft, cancellationToken).ConfigureAwait(false);
        await using (response.ConfigureAwait(false))
        {
            var (rented, length) = await response.RentAllAsync().ConfigureAwait(false);
            try
            {
                return RawObjectReader.Read(rented.AsSpan(0, length), filter);
            }
            catch (JsonException exception)
            {
                throw new TransportException(TransportFault.Malformed, $"{draft}: the answer is not an object.", exception);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}
