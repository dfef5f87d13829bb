using System.Buffers;
using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Tables;
using Ahoi.ControlPlane.ApiServer.Wire;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Reading;

/// <summary>
/// One watch: it holds a place in its resource's changes and reads on as fast as its client does. Nothing is kept for
/// it; if its place is gone, it is told so and ends.
/// </summary>
internal sealed class WatchSession(ApiRequest request, ListOptions options, ServerParts parts)
{
    private const int BatchSize = 256;
    private static readonly TimeSpan BookmarkPeriod = TimeSpan.FromSeconds(57);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(45);

    private readonly ResourceCache _cache = request.Resource.Storage!.Cache;
    private readonly string _prefix = request.Namespace.Length == 0
        ? request.Resource.Storage.Prefix
        : $"{request.Resource.Storage.Prefix}{request.Namespace}/";

    private readonly System.IO.Pipelines.PipeWriter _writer = request.Http.Response.BodyWriter;
    private long _seen;
    private bool _columnsSent;

    public async Task RunAsync()
    {
        if (request.Form.Yaml)
        {
            throw ApiErrors.NotAcceptable("application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch");
        }

        if (request.Form.As == Transformation.Table)
        {
            TableBuilder.Included(request);
        }

        var response = request.Http.Response;
        AnswerWriter.AddWarnings(request);
        response.StatusCode = 200;
        response.ContentType = MediaTypes.Json;
        response.Headers.CacheControl = "no-cache, private";
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, parts.Stopping);
        using var timeout = new CancellationTokenSource(options.Timeout ?? DefaultTimeout, parts.Time);
        await using var linked = timeout.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), ending).ConfigureAwait(false);
        try
        {
            await FollowAsync(ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client left, the time is up, or the server stops: a watch just ends.
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        // The client is to know at once that the watch stands.
        await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (!await BeginAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var events = new List<CachedEvent>();
        var bookmarkAt = parts.Time.GetUtcNow() + BookmarkPeriod;
        while (true)
        {
            events.Clear();
            var result = _cache.Read(_seen, events, BatchSize, out var changed);
            switch (result)
            {
                case ReadResult.Ended:
                    return;
                case ReadResult.Expired when await ReplayAsync(cancellationToken).ConfigureAwait(false):
                    continue;
                case ReadResult.Expired:
                    return;
            }

            var wrote = false;
            foreach (var change in events)
            {
                _seen = change.Revision;
                wrote |= await WriteChangeAsync(change, cancellationToken).ConfigureAwait(false);
            }

            if (wrote)
            {
                await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            if (changed is null)
            {
                continue;
            }

            if (!options.Bookmarks)
            {
                await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            var left = bookmarkAt - parts.Time.GetUtcNow();
            if (left > TimeSpan.Zero)
            {
                try
                {
                    await changed.WaitAsync(left, parts.Time, cancellationToken).ConfigureAwait(false);
                    continue;
                }
                catch (TimeoutException)
                {
                    // Time for a bookmark.
                }
            }

            // The feed's revision first: what it has fed is in the cache before it says so, and woken are its readers after.
            var fed = parts.Feed.Revision;
            if (_cache.Revision > _seen)
            {
                continue;
            }

            _seen = Math.Max(_seen, fed);
            bookmarkAt = parts.Time.GetUtcNow() + BookmarkPeriod;
            WriteBookmark(initialEnd: false);
            await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // Finds the place to begin at, after the objects that are there already where they are wanted.
    private async ValueTask<bool> BeginAsync(CancellationToken cancellationToken)
    {
        var initial = options.SendInitialEvents ?? options.ResourceVersion is null or 0;
        if (!initial)
        {
            _seen = options.ResourceVersion ?? 0;
            if (_seen == 0)
            {
                await parts.Feed.CatchUpAsync(cancellationToken).ConfigureAwait(false);
                _seen = parts.Feed.Revision;
            }
            else if (_seen > parts.Store.Revision && !await ReachAsync(_seen, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            return true;
        }

        if (options.ResourceVersion is null or 0)
        {
            // Version 0 allows an older state, but whoever has just written expects to see it, and it costs nothing here.
            await parts.Feed.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (options.ResourceVersion is > 0 and var wanted && !await ReachAsync(wanted, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var fed = parts.Feed.Revision;
        var objects = _cache.Snapshot(_prefix, out var revision);
        _seen = Math.Max(fed, revision);
        foreach (var value in objects)
        {
            if (Selects(value))
            {
                await WriteAsync("ADDED", value, cancellationToken).ConfigureAwait(false);
                if (_writer is { CanGetUnflushedBytes: true, UnflushedBytes: > 64 * 1024 })
                {
                    await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }

        if (options is { SendInitialEvents: true, Bookmarks: true })
        {
            WriteBookmark(initialEnd: true);
        }

        await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<bool> ReachAsync(long revision, CancellationToken cancellationToken)
    {
        try
        {
            await parts.Lists.WaitForAsync(revision, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ApiException exception)
        {
            await WriteErrorAsync(exception.Status, cancellationToken).ConfigureAwait(false);
            return false;
        }
    }

    // The cache has forgotten the place; the store may still know it.
    private async ValueTask<bool> ReplayAsync(CancellationToken cancellationToken)
    {
        var storage = request.Resource.Storage!;
        try
        {
            await foreach (var batch in parts.Store.WatchAsync(storage.Prefix, _seen, cancellationToken).ConfigureAwait(false))
            {
                foreach (var change in batch)
                {
                    await WriteChangeAsync(_cache.ToEvent(change), cancellationToken).ConfigureAwait(false);
                    _seen = change.Revision;
                }

                await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
                if (_cache.Remembers(_seen))
                {
                    return true;
                }
            }
        }
        catch (RevisionExpiredException exception)
        {
            await WriteErrorAsync(
                new(410, StatusReason.Expired, $"too old resource version: {exception.AskedRevision} ({exception.CompactedRevision})"),
                cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    private async ValueTask<bool> WriteChangeAsync(CachedEvent change, CancellationToken cancellationToken)
    {
        if (_prefix.Length > _cache.Prefix.Length && !change.Key.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var before = change.Before is { } old && Selects(old);
        var after = change.After is { } current && Selects(current);
        switch (before, after)
        {
            case (false, false):
                return false;
            case (false, true):
                await WriteAsync("ADDED", change.After!, cancellationToken).ConfigureAwait(false);
                return true;
            case (true, true):
                await WriteAsync("MODIFIED", change.After!, cancellationToken).ConfigureAwait(false);
                return true;
            default:
                await WriteAsync("DELETED", change.Gone, cancellationToken).ConfigureAwait(false);
                return true;
        }
    }

    private bool Selects(CachedObject value) =>
        (options.Labels.IsEmpty || options.Labels.Matches(value.Labels))
        && (options.Fields.IsEmpty || options.Fields.Matches(value));

    private async ValueTask WriteAsync(string type, CachedObject value, CancellationToken cancellationToken)
    {
        var json = await value.GetFormAsync(request.Resource, cancellationToken).ConfigureAwait(false);
        switch (request.Form.As)
        {
            case Transformation.Table:
                json = JsonTree.ToUtf8(TableBuilder.Build(request, [JsonTree.ParseMap(json.Span)], !_columnsSent));
                _columnsSent = true;
                break;
            case Transformation.PartialMetadata or Transformation.PartialMetadataList:
                json = JsonTree.ToUtf8(PartialMetadata.Of(JsonTree.ParseMap(json.Span), request.Form.AsVersion));
                break;
        }

        WriteEvent(type, json.Span);
    }

    private void WriteBookmark(bool initialEnd)
    {
        var metadata = new JsonMap { ["resourceVersion"] = _seen.ToString(CultureInfo.InvariantCulture) };
        if (initialEnd)
        {
            metadata["annotations"] = new JsonMap { ["k8s.io/initial-events-end"] = "true" };
        }

        var bookmark = new JsonMap { ["kind"] = request.Resource.Kind, ["apiVersion"] = request.Resource.ApiVersion, ["metadata"] = metadata };
        switch (request.Form.As)
        {
            case Transformation.Table:
                bookmark = TableBuilder.Bookmark(request, bookmark, !_columnsSent);
                _columnsSent = true;
                break;
            case Transformation.PartialMetadata or Transformation.PartialMetadataList:
                bookmark = PartialMetadata.Of(bookmark, request.Form.AsVersion);
                break;
            default:
                if (!request.Resource.IsCustom)
                {
                    foreach (var (field, value) in EmptyObjects.FieldsOf(request.Resource))
                    {
                        bookmark[field] = JsonTree.DeepClone(value);
                    }
                }

                break;
        }

        WriteEvent("BOOKMARK", JsonTree.ToUtf8(bookmark));
    }

    private async ValueTask WriteErrorAsync(ApiStatus status, CancellationToken cancellationToken)
    {
        WriteEvent("ERROR", JsonTree.ToUtf8(status.ToJson()));
        await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private void WriteEvent(string type, ReadOnlySpan<byte> json)
    {
        _writer.Write(type switch
        {
            "ADDED" => "{\"type\":\"ADDED\",\"object\":"u8,
            "MODIFIED" => "{\"type\":\"MODIFIED\",\"object\":"u8,
            "DELETED" => "{\"type\":\"DELETED\",\"object\":"u8,
            "BOOKMARK" => "{\"type\":\"BOOKMARK\",\"object\":"u8,
            _ => "{\"type\":\"ERROR\",\"object\":"u8,
        });
        _writer.Write(json);
        _writer.Write("}\n"u8);
    }
}
