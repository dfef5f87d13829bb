using System.Diagnostics;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Framework.Leadership;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.Framework.Tests.Leadership;

// Virtual time passes step by step; where others keep the processors busy, work that belongs to a step may miss it.
[Collection(nameof(AloneCollection))]
public sealed class LeaderElectorTests : IAsyncDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly LeaseServer _server = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<Replica> _replicas = [];

    [Fact]
    public async Task Run_TwoReplicas_OneLeadsUntilItStopsThenTheOtherAtOnce()
    {
        var a = Start("a");
        await PassTimeUntilAsync(() => a.Elector.IsLeader);
        var b = Start("b");
        await PassTimeAsync(30 * Second);
        Assert.True(a.Elector.IsLeader);
        Assert.False(b.Elector.IsLeader);

        var before = _time.GetUtcNow();
        await a.StopAsync();
        Assert.Equal("", _server.Holder);
        await PassTimeUntilAsync(() => b.Elector.IsLeader);

        // Released, so the next try finds it free; nobody waits for the lease to run out.
        Assert.InRange(_time.GetUtcNow() - before, TimeSpan.Zero, 3 * Second);
        Assert.Equal(1L, _server.Lease!.At("spec", "leaseTransitions"));
    }

    [Fact]
    public async Task Run_LeaderCutOff_StopsBeforeTheOtherStarts()
    {
        var a = Start("a");
        await PassTimeUntilAsync(() => a.Elector.IsLeader);
        var b = Start("b");
        await PassTimeAsync(5 * Second);

        a.Door.Silent = true;
        var overlap = false;
        await PassTimeUntilAsync(() =>
        {
            overlap |= a.Elector.IsLeader && b.Elector.IsLeader;
            return b.Elector.IsLeader;
        });

        Assert.False(overlap);
        Assert.False(a.Elector.IsLeader);
        await PassTimeUntilAsync(() => a.Ends == a.Starts);
    }

    [Fact]
    public async Task Run_AnswersDoNotComeBack_StopsBeforeTheOtherStarts()
    {
        var a = Start("a");
        await PassTimeUntilAsync(() => a.Elector.IsLeader);
        var b = Start("b");
        await PassTimeAsync(5 * Second);

        a.Door.Deaf = true;
        var overlap = false;
        await PassTimeUntilAsync(() =>
        {
            overlap |= a.Elector.IsLeader && b.Elector.IsLeader;
            return b.Elector.IsLeader;
        });

        Assert.False(overlap);

        // What it hears again is that somebody else leads.
        a.Door.Deaf = false;
        await PassTimeAsync(30 * Second);
        Assert.True(b.Elector.IsLeader);
        Assert.False(a.Elector.IsLeader);
        await PassTimeUntilAsync(() => a.Ends == a.Starts);
    }

    [Fact]
    public async Task Run_EveryoneCutOff_NobodyLeadsAndThenOneDoes()
    {
        var a = Start("a");
        await PassTimeUntilAsync(() => a.Elector.IsLeader);
        var b = Start("b");
        await PassTimeAsync(5 * Second);
        a.Door.Broken = b.Door.Broken = true;
        await PassTimeAsync(30 * Second);
        Assert.False(a.Elector.IsLeader || b.Elector.IsLeader);

        a.Door.Broken = b.Door.Broken = false;
        await PassTimeUntilAsync(() => a.Elector.IsLeader || b.Elector.IsLeader);
        await PassTimeAsync(30 * Second);
        Assert.True(a.Elector.IsLeader ^ b.Elector.IsLeader);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(-24)]
    public async Task Run_WallClocksJump_ChangeNothing(int hours)
    {
        var (ofLeader, ofOther) = (new JumpingClock(_time), new JumpingClock(_time));
        var a = Start("a", time: ofLeader);
        await PassTimeUntilAsync(() => a.Elector.IsLeader);
        var term = a.Elector.Term;
        var b = Start("b", time: ofOther);
        await PassTimeAsync(5 * Second);

        ofLeader.Ahead = TimeSpan.FromHours(hours);
        await PassTimeAsync(30 * Second);
        ofOther.Ahead = TimeSpan.FromHours(-2 * hours);
        await PassTimeAsync(30 * Second);

        Assert.Same(term, a.Elector.Term);
        Assert.True(a.Elector.IsLeader);
        Assert.False(b.Elector.IsLeader);

        // And whoever takes over does so as ever.
        await a.StopAsync();
        await PassTimeUntilAsync(() => b.Elector.IsLeader);
    }

    [Fact]
    public void UptimeClock_GoesOnAtItsPace()
    {
        var clock = UptimeClock.Instance;
        var (began, wallBegan) = (clock.GetTimestamp(), Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(wallBegan) < TimeSpan.FromMilliseconds(20))
        {
            Thread.SpinWait(1000);
        }

        // It has counted at least what the other clock has, which stands still in suspension.
        Assert.True(clock.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(19));
        Assert.True(clock.GetElapsedTime(began) <= Stopwatch.GetElapsedTime(wallBegan) + TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Run_ErrorsForLessThanTheDeadline_KeepsLeading()
    {
        var a = Start("a");
        await PassTimeUntilAsync(() => a.Elector.IsLeader);
        var term = a.Elector.Term;

        a.Door.Broken = true;
        await PassTimeAsync(6 * Second);
        a.Door.Broken = false;
        await PassTimeAsync(30 * Second);

        Assert.Same(term, a.Elector.Term);
        Assert.True(a.Elector.IsLeader);
        Assert.Equal(0, a.Ends);
    }

    [Theory]
    [InlineData(""" {"holderIdentity":null} """)]
    [InlineData(""" {"holderIdentity":"","leaseDurationSeconds":1} """)]
    [InlineData("{}")]
    public async Task Run_LeaseThatNobodyHolds_IsTaken(string spec)
    {
        _server.Put(spec);
        var a = Start("a");

        await PassTimeUntilAsync(() => a.Elector.IsLeader);

        Assert.Equal("a", _server.Holder);
    }

    [Fact]
    public async Task Run_ErrorsWhileAcquiring_GoesOnTrying()
    {
        var a = Start("a", broken: true);
        await PassTimeAsync(20 * Second);
        Assert.False(a.Elector.IsLeader);

        a.Door.Broken = false;
        await PassTimeUntilAsync(() => a.Elector.IsLeader);
    }

    [Fact]
    public async Task Run_LeaderLosesAndTheNetworkReturns_ItCompetesAgain()
    {
        var a = Start("a");
        await PassTimeUntilAsync(() => a.Elector.IsLeader);
        a.Door.Broken = true;
        await PassTimeUntilAsync(() => a.Ends == 1);

        a.Door.Broken = false;
        await PassTimeUntilAsync(() => a.Elector.IsLeader);

        Assert.Equal(2, a.Starts);
    }

    [Fact]
    public async Task Term_ProcessStoppedForLong_IsOverBeforeAnythingElseRuns()
    {
        var a = Start("a");
        await PassTimeUntilAsync(() => a.Elector.IsLeader);
        var term = a.Elector.Term!;

        // Nothing of the process runs during the jump, as with SIGSTOP and SIGCONT.
        _time.Advance(60 * Second);

        Assert.False(term.IsValid);
        Assert.Throws<LeadershipLostException>(term.ThrowIfOver);
    }

    [Fact]
    public async Task Run_OthersClockFarOff_ChangesNothing()
    {
        var a = Start("a");
        await PassTimeUntilAsync(() => a.Elector.IsLeader);
        var elsewhere = new FakeTimeProvider(_time.GetUtcNow() + TimeSpan.FromDays(365));
        var b = Start("b", time: elsewhere);

        await PassTimeAsync(30 * Second, elsewhere);

        Assert.True(a.Elector.IsLeader);
        Assert.False(b.Elector.IsLeader);
    }

    [Fact]
    public async Task Fence_WriteAfterTheTerm_IsNotSentReadsPass()
    {
        var a = Start("a");
        await PassTimeUntilAsync(() => a.Elector.IsLeader);
        using var fence = new FencingHandler(a.Elector, _time) { InnerHandler = _server.Open() };
        using var client = new HttpMessageInvoker(fence);
        a.Door.Broken = true; // so that it cannot lead again meanwhile
        _time.Advance(60 * Second);

        using var write = new HttpRequestMessage(HttpMethod.Put, "http://localhost/");
        await Assert.ThrowsAsync<LeadershipLostException>(() => client.SendAsync(write, CancellationToken.None));
        using var read = new HttpRequestMessage(HttpMethod.Get, "http://localhost/");
        using var answer = await client.SendAsync(read, CancellationToken.None);
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Run_WorkFails_ReleasesAndThrows()
    {
        var a = Start("a", work: (_, _) => throw new InvalidOperationException("broken work"));

        // No time passes: the release has a limit, which must not run out while the machine is busy.
        await Assert.ThrowsAsync<InvalidOperationException>(() => a.Running.WaitAsync(Testing.TestCluster.DefaultLimit));
        Assert.Equal("", _server.Holder);
    }

    [Fact]
    public void Options_OutOfOrder_AreRefused()
    {
        using var client = new ApiClient(ApiConnection.FromHandler(_server.Open()));

        Assert.Throws<ArgumentOutOfRangeException>(() => new LeaderElector(
            client,
            new LeaderElectionOptions { LeaseName = "l", LeaseNamespace = "n", RenewDeadline = 20 * Second },
            _time,
            NullLogger.Instance));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.StopAsync();
            replica.Dispose();
        }
    }

    private Replica Start(string identity, bool broken = false, TimeProvider? time = null, Func<LeadershipTerm, CancellationToken, Task>? work = null)
    {
        var replica = new Replica(_server.Open(), identity, time ?? _time, broken, work);
        _replicas.Add(replica);
        return replica;
    }

    private async Task PassTimeAsync(TimeSpan time, params FakeTimeProvider[] others)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Second / 4)
        {
            await StepAsync(others);
        }
    }

    private async Task PassTimeUntilAsync(Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "The condition did not come about.");
            await StepAsync();
        }
    }

    private async Task StepAsync(params FakeTimeProvider[] others)
    {
        foreach (var clock in others.Append(_time))
        {
            clock.Advance(Second / 4);
        }

        // What the timers woke runs on the pool; let it come to its next wait.
        for (var i = 0; i < 150; i++)
        {
            await Task.Yield();
            await Task.Run(() => { });
        }
    }

    /// <summary>A clock whose time of day somebody sets, while time passes as ever.</summary>
    private sealed class JumpingClock(TimeProvider inner) : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Ahead;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
    }

    private sealed class Replica : IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly ApiClient _client;

        public Replica(LeaseServer.Door door, string identity, TimeProvider time, bool broken, Func<LeadershipTerm, CancellationToken, Task>? work)
        {
            Door = door;
            door.Broken = broken;
            _client = new ApiClient(ApiConnection.FromHandler(door), new ApiClientOptions { Time = time, MaxRetries = 0 });
            var options = new LeaderElectionOptions { LeaseName = "operator", LeaseNamespace = "default", Identity = identity };
            Elector = new LeaderElector(_client, options, time, NullLogger.Instance);
            Running = Task.Run(() => Elector.RunAsync(work ?? WorkAsync, _stopping.Token));
        }

        public LeaseServer.Door Door { get; }

        public LeaderElector Elector { get; }

        public Task Running { get; }

        public int Starts { get; private set; }

        public int Ends { get; private set; }

        public async Task StopAsync()
        {
            await _stopping.CancelAsync();
            Door.Silent = false;
            await Running.WaitAsync(TimeSpan.FromSeconds(10)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.True(Running.IsCompleted);
        }

        public void Dispose()
        {
            _client.Dispose();
            _stopping.Dispose();
        }

        private async Task WorkAsync(LeadershipTerm term, CancellationToken cancellationToken)
        {
            Starts++;
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Ends++;
        }
    }
}
