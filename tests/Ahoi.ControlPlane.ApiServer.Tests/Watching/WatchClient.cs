using System.Globalization;
using System.Net;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Tests.Watching;

/// <summary>
/// A watcher that comes and goes: it lists, streams a list, or goes on where it was or long before, reads for a while
/// and hangs up. Whatever it was told is compared with the model.
/// </summary>
internal sealed class WatchClient(WatchWorld world, WatchScope scope, Random random)
{
    private const string Initial = "k8s.io/initial-events-end";

    // What was told on each connection; compared once the model is known to be as far.
    private readonly List<Telling> _tellings = [];
    private readonly List<long> _known = [];

    /// <summary>Gets how many connections were told that their place is gone.</summary>
    public int Expired { get; private set; }

    /// <summary>Gets how many bookmarks were seen.</summary>
    public int Bookmarks { get; private set; }

    /// <summary>Gets how many events were seen.</summary>
    public int Events => _tellings.Sum(t => t.Seen.Count);

    /// <summary>Connects, reads for a while, and hangs up.</summary>
    public async Task VisitAsync(CancellationToken cancellationToken)
    {
        try
        {
            switch (random.Next(7))
            {
                case 0 or 1 when _known.Count > 0:
                    await WatchAsync($"&resourceVersion={_known[^1]}", _known[^1], Start.Known, cancellationToken);
                    break;
                case 2 when _known.Count > 0:
                    var old = _known[random.Next(_known.Count)];
                    await WatchAsync($"&resourceVersion={old}", old, Start.Known, cancellationToken);
                    break;
                case 3:
                    await WatchAsync(random.Next(2) == 0 ? "" : "&resourceVersion=0", 0, Start.Any, cancellationToken);
                    break;
                case 4:
                    var from = _known.Count > 0 && random.Next(2) == 0 ? _known[^1] : 0;
                    await WatchAsync(
                        "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true" + (from == 0 ? "" : $"&resourceVersion={from}"),
                        from, Start.Streamed, cancellationToken);
                    break;
                default:
                    if (await ListAsync(cancellationToken) is { } listed)
                    {
                        await WatchAsync($"&resourceVersion={listed}", listed, Start.Known, cancellationToken);
                    }

                    break;
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // The server was restarted under it, which a client takes for a broken connection.
        }
    }

    /// <summary>Goes on from what was seen last until all that the model knows was told.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var from = await ListAsync(cancellationToken) ?? throw new InvalidOperationException("The last list is too old.");
            var back = _known.Where(k => k < from && k >= world.Store.CompactedRevision).DefaultIfEmpty(from).Last();
            var wanted = world.History.After(scope, back);
            var telling = await WatchAsync($"&resourceVersion={back}", back, Start.Known, cancellationToken, wanted.Count);
            if (telling.Expired)
            {
                continue;
            }

            Assert.Equal(wanted, telling.Seen);
            return;
        }
    }

    /// <summary>Compares everything it was told with the model.</summary>
    public void Verify()
    {
        foreach (var telling in _tellings)
        {
            telling.Verify(world.History, scope);
        }
    }

    private async Task<long?> ListAsync(CancellationToken cancellationToken)
    {
        var limit = random.Next(2) == 0 ? "" : $"&limit={random.Next(1, 5)}";
        var query = scope.Query + limit + (random.Next(4) == 0 ? "&resourceVersion=0" : "");
        var objects = new List<SeenEvent>();
        long? revision = null;
        var next = "";
        do
        {
            using var response = await world.Client.GetAsync(new Uri($"{scope.Path}?x=1{(next.Length == 0 ? query : scope.Query + limit + "&continue=" + next)}", UriKind.Relative), cancellationToken);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                throw new HttpRequestException("The server stops.");
            }

            var list = JsonTree.ParseMap(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            if (response.StatusCode == HttpStatusCode.Gone && next.Length > 0)
            {
                return null;
            }

            Assert.True(response.IsSuccessStatusCode, list.ToString());
            var version = long.Parse(list.Map("metadata")!.Text("resourceVersion")!, CultureInfo.InvariantCulture);
            Assert.Equal(revision ?? version, version);
            revision = version;
            foreach (var item in list.List("items")!.Maps)
            {
                var seen = ToEvent("ADDED", item);
                if (seen.Name.StartsWith("truth-", StringComparison.Ordinal))
                {
                    objects.Add(seen);
                }
            }

            next = Uri.EscapeDataString(list.Map("metadata")!.Text("continue") ?? "");
        }
        while (next.Length > 0);
        _tellings.Add(new(Start.Listed, revision!.Value) { Seen = objects });
        _known.Add(revision.Value);
        return revision;
    }

    private async Task<Telling> WatchAsync(string start, long from, Start form, CancellationToken cancellationToken, int? until = null)
    {
        var telling = new Telling(form, from) { Oldest = form == Start.Streamed && from > 0 ? from : world.Store.Revision };
        _tellings.Add(telling);
        var most = until ?? random.Next(0, 60);
        var more = random.Next(3) == 0 ? "&allowWatchBookmarks=true" : "";
        more += until is null && random.Next(4) == 0 ? $"&timeoutSeconds={random.Next(1, 200)}" : "";
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var response = await world.Client.GetAsync(
            new Uri($"{scope.Path}?watch=1{scope.Query}{start}{more}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, hangUp.Token);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            return telling;
        }

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(hangUp.Token));
        while (telling.Seen.Count < most)
        {
            // Whoever waits for nothing in particular leaves when all is quiet.
            var line = reader.ReadLineAsync(hangUp.Token).AsTask();
            if (until is null && !line.IsCompleted && random.Next(8) == 0)
            {
                await hangUp.CancelAsync();
            }

            string? text;
            try
            {
                text = await line;
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException && !cancellationToken.IsCancellationRequested)
            {
                break;
            }

            if (text is null || !Take(telling, JsonTree.ParseMap(text)))
            {
                break;
            }
        }

        return telling;
    }

    private bool Take(Telling telling, JsonMap message)
    {
        var (type, value) = (message.Text("type")!, message.Map("object")!);
        switch (type)
        {
            case "ERROR":
                Assert.Equal(410, value.Integer("code"));
                Assert.True(telling.From < world.Store.CompactedRevision, $"410 for {telling.From}, but history goes back to {world.Store.CompactedRevision}.");
                telling.Expired = true;
                Expired++;
                return false;
            case "BOOKMARK":
                Bookmarks++;
                var revision = long.Parse(value.Map("metadata")!.Text("resourceVersion")!, CultureInfo.InvariantCulture);
                telling.Bookmarks.Add((telling.Seen.Count, revision, value.At("metadata", "annotations", Initial) is "true"));
                if (telling.Form != Start.Streamed || telling.IsSynchronized)
                {
                    _known.Add(revision);
                }

                return true;
            default:
                var seen = ToEvent(type, value);
                telling.Seen.Add(seen);
                if (telling.Form == Start.Known || telling.IsSynchronized)
                {
                    _known.Add(seen.Revision);
                }

                return true;
        }
    }

    private static SeenEvent ToEvent(string type, JsonMap value)
    {
        var metadata = value.Map("metadata")!;
        return new(type, $"{metadata.Text("namespace")}/{metadata.Text("name")}", long.Parse(metadata.Text("resourceVersion")!, CultureInfo.InvariantCulture));
    }

    private enum Start
    {
        Known,
        Any,
        Streamed,
        Listed,
    }

    private sealed class Telling(Start form, long from)
    {
        public Start Form => form;

        public long From => from;

        /// <summary>Gets the newest revision before it began: an initial state is never older.</summary>
        public long Oldest { get; init; }

        public List<SeenEvent> Seen { get; init; } = [];

        public List<(int After, long Revision, bool Initial)> Bookmarks { get; } = [];

        public bool Expired { get; set; }

        public bool IsSynchronized => Bookmarks.Exists(b => b.Initial);

        public void Verify(WatchHistory history, WatchScope scope)
        {
            switch (form)
            {
                case Start.Listed:
                    Assert.Equal(history.At(scope, from), Seen);
                    break;
                case Start.Known:
                    RequirePrefix(history.After(scope, from), Seen);
                    RequireBookmarks(history, scope, 0, from);
                    break;
                case Start.Streamed when IsSynchronized:
                    var (after, revision, _) = Bookmarks.Single(b => b.Initial);
                    Assert.True(revision >= Oldest, $"The streamed list of {revision} is older than {Oldest}.");
                    Assert.Equal(history.At(scope, revision), Seen.Take(after));
                    RequirePrefix(history.After(scope, revision), [.. Seen.Skip(after)]);
                    RequireBookmarks(history, scope, after, revision);
                    break;
                default:
                    foreach (var at in history.After(scope, Oldest).Select(e => e.Revision).Prepend(Oldest))
                    {
                        if (history.At(scope, at).Concat(history.After(scope, at)).Take(Seen.Count).SequenceEqual(Seen))
                        {
                            return;
                        }
                    }

                    Assert.Fail($"No state since {Oldest} begins with {string.Join(' ', Seen)}.");
                    break;
            }
        }

        private static void RequirePrefix(List<SeenEvent> wanted, List<SeenEvent> seen) => Assert.Equal(wanted.Take(seen.Count), seen);

        // A bookmark says that everything up to it was told.
        private void RequireBookmarks(WatchHistory history, WatchScope scope, int skip, long start)
        {
            foreach (var (after, revision, _) in Bookmarks)
            {
                Assert.Equal(history.After(scope, start).Count(e => e.Revision <= revision), after - skip);
            }
        }
    }
}
