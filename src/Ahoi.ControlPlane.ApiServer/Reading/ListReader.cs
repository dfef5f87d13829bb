using Ahoi.Api.Errors;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Reading;

/// <summary>Finds the objects of a list: from the cache where it holds the revision, from the store's history otherwise.</summary>
internal sealed class ListReader(IRevisionStore store, ObjectFeed feed, TimeProvider time)
{
    /// <summary>How long a request may wait for a revision that is not there yet.</summary>
    private static readonly TimeSpan FutureWait = TimeSpan.FromSeconds(3);

    /// <summary>Lists a resource.</summary>
    /// <exception cref="ApiException">410 for a revision that is forgotten, 504 for one that does not come.</exception>
    public async ValueTask<ListPage> ListAsync(ServedResource resource, string @namespace, ListOptions options, CancellationToken cancellationToken)
    {
        var storage = resource.Storage!;
        var prefix = @namespace.Length == 0 ? storage.Prefix : $"{storage.Prefix}{@namespace}/";
        if (options.Continue.Length > 0)
        {
            if (options.ResourceVersion is > 0)
            {
                throw ApiErrors.BadRequest("A resourceVersion may not come with a continue token.");
            }

            return await ContinueAsync(storage, prefix, options, cancellationToken).ConfigureAwait(false);
        }

        if (options.Match == "Exact"
            || (options is { Match: "", Limit: > 0, ResourceVersion: > 0 }))
        {
            return await AtRevisionAsync(storage, prefix, options, options.ResourceVersion!.Value, null, cancellationToken).ConfigureAwait(false);
        }

        if (options.ResourceVersion is { } version)
        {
            await WaitForAsync(version, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await feed.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        }

        // The cache holds everything up to the feed's revision, and nothing of this resource that is newer than its own.
        var fed = feed.Revision;
        var objects = storage.Cache.Snapshot(prefix, out var revision);
        revision = Math.Max(fed, revision);
        var limit = options.ResourceVersion == 0 ? 0 : options.Limit;
        return Take(objects, prefix, options, limit, revision);
    }

    /// <summary>Waits for a revision that may not be there yet.</summary>
    /// <exception cref="ApiException">504 if it does not come soon.</exception>
    public async ValueTask WaitForAsync(long revision, CancellationToken cancellationToken)
    {
        if (feed.Revision >= revision)
        {
            return;
        }

        try
        {
            await feed.WaitForAsync(revision, cancellationToken).AsTask().WaitAsync(FutureWait, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw TooLarge(revision, feed.Revision, exception);
        }
    }

    private static ListPage Take(ArraySegment<CachedObject> objects, string prefix, ListOptions options, long limit, long revision)
    {
        if (!options.Selects && (limit == 0 || objects.Count <= limit))
        {
            return new(objects, revision);
        }

        var page = new List<CachedObject>();
        for (var i = 0; i < objects.Count; i++)
        {
            if (!Matches(objects[i], options))
            {
                continue;
            }

            if (limit > 0 && page.Count == limit)
            {
                return new(page, revision)
                {
                    Continue = new ContinueToken(revision, page[^1].Key[prefix.Length..]).ToString(),
                    Remaining = options.Selects ? null : objects.Count - i,
                };
            }

            page.Add(objects[i]);
        }

        return new(page, revision);
    }

    private static bool Matches(CachedObject value, ListOptions options) =>
        (options.Labels.IsEmpty || options.Labels.Matches(value.Labels))
        && (options.Fields.IsEmpty || options.Fields.Matches(value));

    private async ValueTask<ListPage> ContinueAsync(ResourceStorage storage, string prefix, ListOptions options, CancellationToken cancellationToken)
    {
        var token = ContinueToken.Parse(options.Continue);
        if (token.Revision < 0)
        {
            return await AtRevisionAsync(storage, prefix, options, 0, token.After, cancellationToken).ConfigureAwait(false);
        }

        return await AtRevisionAsync(storage, prefix, options, token.Revision, token.After, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ListPage> AtRevisionAsync(
        ResourceStorage storage, string prefix, ListOptions options, long revision, string? after, CancellationToken cancellationToken)
    {
        var found = new List<CachedObject>();
        var afterKey = after is null ? null : prefix + after;
        while (true)
        {
            RangePage page;
            try
            {
                // One more than wanted tells whether anything follows.
                var limit = options.Limit == 0 || options.Selects ? 500 : (int)Math.Min(options.Limit, 10_000);
                page = await store.ListAsync(prefix, new(afterKey, options.Limit == 0 ? 0 : limit, revision), cancellationToken).ConfigureAwait(false);
            }
            catch (RevisionExpiredException exception)
            {
                throw Expired(after, exception);
            }
            catch (FutureRevisionException exception)
            {
                throw TooLarge(revision, exception.CurrentRevision, exception);
            }

            revision = revision == 0 ? page.Revision : revision;
            for (var i = 0; i < page.Items.Count; i++)
            {
                var stored = page.Items[i];
                var value = new CachedObject(stored.Key, storage.Prefix.Length, stored.Value, stored.Revision);
                if (!Matches(value, options))
                {
                    continue;
                }

                found.Add(value);
                if (options.Limit > 0 && found.Count == options.Limit)
                {
                    var remaining = page.Items.Count - i - 1 + page.Remaining;
                    return remaining == 0
                        ? new(found, revision)
                        : new(found, revision)
                        {
                            Continue = new ContinueToken(revision, stored.Key[prefix.Length..]).ToString(),
                            Remaining = options.Selects ? null : remaining,
                        };
                }
            }

            if (page.Remaining == 0)
            {
                return new(found, revision);
            }

            afterKey = page.Items[^1].Key;
        }
    }

    // A client may go on at the newest revision, at the price of a list that was never like this.
    private static ApiException Expired(string? after, RevisionExpiredException cause) => new(
        new(410, StatusReason.Expired, after is null
            ? $"The resourceVersion for the provided list is too old: {cause.Message}"
            : $"The provided continue parameter is too old to display a consistent list result: {cause.Message}")
        {
            Continue = after is null ? null : new ContinueToken(-1, after).ToString(),
        }, cause);

    private static ApiException TooLarge(long revision, long current, Exception cause) => new(
        new(504, StatusReason.Timeout, $"Too large resource version: {revision}, current: {current}")
        {
            Details = new() { Causes = [new("ResourceVersionTooLarge", "Too large resource version")], RetryAfterSeconds = 1 },
        }, cause);
}
