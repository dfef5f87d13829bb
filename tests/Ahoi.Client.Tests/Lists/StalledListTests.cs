using System.Diagnostics;
using Ahoi.Client.Tests.Servers;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Tests.Lists;

public sealed class StalledListTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_BodyStalls_EndsWithinTheIdleLimit(bool http2)
    {
        await using var server = await StartAsync(http2, StallAsync);
        using var client = server.Client(new() { IdleReadTimeout = Limit });

        var failure = await Assert.ThrowsAsync<TransportException>(
            () => client.ListAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(TransportFault.Silent, failure.Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_BodyTricklesForEver_EndsWithinTheTotalLimit(bool http2)
    {
        await using var server = await StartAsync(http2, async context =>
        {
            await ScriptedServer.SendAsync(context, Objects.Half);
            while (true)
            {
                await ScriptedServer.SendAsync(context, " ");
                await Task.Delay(50, context.RequestAborted);
            }
        });
        using var client = server.Client(new() { TotalTimeout = Limit });

        var failure = await Assert.ThrowsAsync<TransportException>(
            () => client.ListAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(TransportFault.TooSlow, failure.Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_CancelledInAStalledBody_EndsAtOnce(bool http2)
    {
        using var cancel = new CancellationTokenSource();
        var stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(http2, async context =>
        {
            await ScriptedServer.SendAsync(context, Objects.Half);
            stalled.SetResult();
            await ScriptedServer.HangAsync(context);
        });
        using var client = server.Client();

        var list = client.ListAsync(Objects.Pods, cancellationToken: cancel.Token);
        await stalled.Task;
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => list.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_NoHeaders_EndsWithinTheHeaderLimit(bool http2)
    {
        await using var server = await StartAsync(http2, ScriptedServer.HangAsync);
        using var client = server.Client(new() { HeaderTimeout = Limit });

        var failure = await Assert.ThrowsAsync<TransportException>(
            () => client.ListAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(TransportFault.NoAnswer, failure.Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_ConnectionCut_IsInterrupted(bool http2)
    {
        await using var server = await StartAsync(http2, async context =>
        {
            await ScriptedServer.SendAsync(context, Objects.Half);
            context.Abort();
        });
        using var client = server.Client();

        var failure = await Assert.ThrowsAsync<TransportException>(
            () => client.ListAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(TransportFault.Interrupted, failure.Fault);
    }

    [Fact]
    public async Task List_EndsInTheMiddle_IsInterrupted()
    {
        await using var server = await StartAsync(false, context => ScriptedServer.AnswerAsync(context, Objects.Half));
        using var client = server.Client();

        var failure = await Assert.ThrowsAsync<TransportException>(
            () => client.ListAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(TransportFault.Interrupted, failure.Fault);
    }

    [Fact]
    public async Task List_ManyThatTrickle_OccupyNoThreads()
    {
        const int Lists = 24;
        var waiting = 0;
        var allWait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(false, async context =>
        {
            await ScriptedServer.SendAsync(context, Objects.Half);
            if (Interlocked.Increment(ref waiting) == Lists)
            {
                allWait.SetResult();
            }

            await goOn.Task;
            await ScriptedServer.SendAsync(context, Objects.Rest);
        });
        using var client = server.Client();

        var lists = Enumerable.Range(0, Lists)
            .Select(_ => client.ListAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken))
            .ToArray();
        await allWait.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(static () => { }, TestContext.Current.CancellationToken)));
        var delay = clock.Elapsed;
        goOn.SetResult();

        Assert.All(await Task.WhenAll(lists), page => Assert.Equal(2, page.Items.Count));
        Assert.True(delay < TimeSpan.FromSeconds(1), $"Other work waited for {delay}.");
    }

    private static async Task StallAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        await ScriptedServer.SendAsync(context, Objects.Half);
        await ScriptedServer.HangAsync(context);
    }

    private static Task<ScriptedServer> StartAsync(bool http2, Func<Microsoft.AspNetCore.Http.HttpContext, Task> script) =>
        ScriptedServer.StartAsync(script, http2 ? new TestPki().Server("127.0.0.1") : null);
}
