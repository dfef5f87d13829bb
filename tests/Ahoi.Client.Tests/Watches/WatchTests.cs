using System.Text;
using Ahoi.Client.Requests;
using Ahoi.Client.Tests.Servers;
using Ahoi.Client.Transport;
using Ahoi.Client.Watches;
using Microsoft.AspNetCore.Http;

namespace Ahoi.Client.Tests.Watches;

public sealed class WatchTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(400);

    [Fact]
    public async Task OpenWatch_QuietServer_ReturnsBeforeAnyEvent()
    {
        await using var server = await ScriptedServer.StartAsync(QuietAsync);
        using var client = server.Client();

        await using var watch = await client.OpenWatchAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenWatch_NoHeaders_EndsWithinTheHeaderLimit(bool http2)
    {
        await using var server = await StartAsync(http2, ScriptedServer.HangAsync);
        using var client = server.Client(new() { HeaderTimeout = Limit });

        var failure = await Assert.ThrowsAsync<TransportException>(
            () => client.OpenWatchAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(TransportFault.NoAnswer, failure.Fault);
    }

    [Fact]
    public async Task Watch_QuietAndClosedByTheServer_EndsNormally()
    {
        await using var server = await ScriptedServer.StartAsync(async context => await context.Response.StartAsync());
        using var client = server.Client();

        Assert.Empty(await CollectAsync(client));
    }

    [Fact]
    public async Task Watch_Events_ComeInOrderAsTheyAreSent()
    {
        var next = new SemaphoreSlim(0);
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await ScriptedServer.SendAsync(context, Objects.Event("ADDED", "a", 1));
            await next.WaitAsync(context.RequestAborted);
            var line = Objects.Event("MODIFIED", "a", 2);
            await ScriptedServer.SendAsync(context, line[..30]);
            await ScriptedServer.SendAsync(context, line[30..] + "\n" + Objects.Event("DELETED", "a", 3));
            await ScriptedServer.SendAsync(context, """{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}}""");
        });
        using var client = server.Client();

        var seen = new List<WatchEvent>();
        await foreach (var change in client.WatchAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken))
        {
            seen.Add(change);
            next.Release();
        }

        Assert.Equal(["Added 1", "Modified 2", "Deleted 3", "Bookmark 9"], seen.Select(e => $"{e.Type} {e.ResourceVersion}"));
        Assert.Equal(Objects.Pod("a", 2), Encoding.UTF8.GetString(seen[1].Object!.Json.Span));
        Assert.Equal([false, false, false, true], seen.Select(e => e.IsInitialEventsEnd));
    }

    [Fact]
    public async Task Watch_ExpiredEvent_IsSeenWithItsStatus()
    {
        await using var server = await ScriptedServer.StartAsync(context => ScriptedServer.SendAsync(
            context,
            """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1 (9)","reason":"Expired","code":410}}""" + "\n"));
        using var client = server.Client();

        var change = Assert.Single(await CollectAsync(client));

        Assert.Equal(WatchEventType.Error, change.Type);
        Assert.Equal((410, "Expired"), (change.Status!.Code, change.Status.Reason));
    }

    [Fact]
    public async Task OpenWatch_ExpiredAnswer_IsAnApiException()
    {
        await using var server = await ScriptedServer.StartAsync(context => ScriptedServer.AnswerAsync(
            context, """{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410}""", 410));
        using var client = server.Client();

        var refusal = await Assert.ThrowsAsync<Api.Errors.ApiException>(() => CollectAsync(client));

        Assert.Equal(410, refusal.Code);
    }

    [Theory]
    [InlineData("this is no event")]
    [InlineData("""{"type":"STRANGE","object":{"metadata":{}}}""")]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"}""")]
    [InlineData("""{"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name"}}}""")]
    [InlineData("""{"type":7,"object":{"metadata":{}}}""")]
    public async Task Watch_UnreadableLine_IsReportedAndTheRestComes(string line)
    {
        await using var server = await ScriptedServer.StartAsync(context => ScriptedServer.SendAsync(
            context, Objects.Event("ADDED", "a", 1) + line + "\n" + Objects.Event("ADDED", "b", 2)));
        using var client = server.Client();

        var seen = await CollectAsync(client);

        Assert.Equal([WatchEventType.Added, WatchEventType.Unreadable, WatchEventType.Added], seen.Select(e => e.Type));
        Assert.NotNull(seen[1].Fault);
    }

    [Fact]
    public async Task Watch_TypeBehindObject_IsReadAllTheSame()
    {
        await using var server = await ScriptedServer.StartAsync(context => ScriptedServer.SendAsync(
            context, $$"""{"object":{{Objects.Pod("a", 1)}},"type":"ADDED"}"""));
        using var client = server.Client();

        var change = Assert.Single(await CollectAsync(client));

        Assert.Equal((WatchEventType.Added, "a"), (change.Type, change.Object!.Name));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Watch_ConnectionCut_IsInterrupted(bool http2)
    {
        await using var server = await StartAsync(http2, async context =>
        {
            await ScriptedServer.SendAsync(context, Objects.Event("ADDED", "a", 1));
            context.Abort();
        });
        using var client = server.Client();

        var failure = await Assert.ThrowsAsync<TransportException>(() => CollectAsync(client));

        Assert.Equal(TransportFault.Interrupted, failure.Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Watch_HalfOpenConnection_IsNoticedWithinTheSilenceLimit(bool http2)
    {
        await using var server = await StartAsync(http2, async context =>
        {
            await ScriptedServer.SendAsync(context, Objects.Event("ADDED", "a", 1));
            await ScriptedServer.HangAsync(context);
        });
        await using var proxy = await FreezableProxy.StartAsync(server.Port);
        using var client = server.Client(new() { WatchSilenceLimit = Limit }, c => c with { Server = proxy.AddressLike(server.Address) });

        var failure = await Assert.ThrowsAsync<TransportException>(async () =>
        {
            await foreach (var change in client.WatchAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken))
            {
                proxy.Freeze();
            }
        });

        Assert.Equal(TransportFault.Silent, failure.Fault);
        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task Watch_ReaderSlowerThanTheSilenceLimit_IsNotPunished()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
            ScriptedServer.SendAsync(context, Objects.Event("ADDED", "a", 1) + Objects.Event("ADDED", "b", 2)));
        using var client = server.Client(new() { WatchSilenceLimit = TimeSpan.FromMilliseconds(100) });

        var seen = 0;
        await foreach (var change in client.WatchAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken))
        {
            seen++;
            await Task.Delay(150, TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Watch_Cancelled_EndsAtOnce(bool http2)
    {
        using var cancel = new CancellationTokenSource();
        await using var server = await StartAsync(http2, QuietAsync);
        using var client = server.Client();
        await using var watch = await client.OpenWatchAsync(Objects.Pods, cancellationToken: cancel.Token);

        var reading = watch.ReadAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken).MoveNextAsync().AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Watch_CancelledByTheReadersToken_EndsAtOnce()
    {
        using var cancel = new CancellationTokenSource();
        await using var server = await ScriptedServer.StartAsync(QuietAsync);
        using var client = server.Client();
        await using var watch = await client.OpenWatchAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken);

        var reading = watch.ReadAsync(cancel.Token).GetAsyncEnumerator(TestContext.Current.CancellationToken).MoveNextAsync().AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Watch_ManyOnOneServer_LeaveRoomForRequests()
    {
        await using var server = await StartAsync(http2: true, context =>
            context.Request.Query.ContainsKey("watch") ? QuietAsync(context) : ScriptedServer.AnswerAsync(context, Objects.Pod("a", 1)));
        using var client = server.Client();

        var watches = await Task.WhenAll(Enumerable.Range(0, 130)
            .Select(_ => client.OpenWatchAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken)))
            .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var pod = await client.GetAsync(Objects.Pods, new("n", "a"), cancellationToken: TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        Assert.Equal("a", pod.Name);
        foreach (var watch in watches)
        {
            await watch.DisposeAsync();
        }
    }

    [Fact]
    public async Task OpenWatch_Options_AreInTheRequest()
    {
        var query = "";
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            query = Uri.UnescapeDataString(context.Request.Path + context.Request.QueryString.Value);
            await context.Response.StartAsync();
        });
        using var client = server.Client();
        var options = new WatchOptions
        {
            ResourceVersion = "7",
            SendInitialEvents = true,
            LabelSelector = "a=b",
            FieldSelector = "metadata.name=x",
            Timeout = TimeSpan.FromSeconds(90),
        };

        await using var watch = await client.OpenWatchAsync(Objects.Things, "n", options, TestContext.Current.CancellationToken);

        Assert.Equal(
            "/apis/example.com/v1/namespaces/n/things?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersion=7"
            + "&resourceVersionMatch=NotOlderThan&timeoutSeconds=90&labelSelector=a=b&fieldSelector=metadata.name=x",
            query);
    }

    private static async Task QuietAsync(HttpContext context)
    {
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        await ScriptedServer.HangAsync(context);
    }

    private static async Task<List<WatchEvent>> CollectAsync(ApiClient client)
    {
        var seen = new List<WatchEvent>();
        await foreach (var change in client.WatchAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken))
        {
            seen.Add(change);
        }

        return seen;
    }

    private static Task<ScriptedServer> StartAsync(bool http2, Func<HttpContext, Task> script) =>
        ScriptedServer.StartAsync(script, http2 ? new TestPki().Server("127.0.0.1") : null);
}
