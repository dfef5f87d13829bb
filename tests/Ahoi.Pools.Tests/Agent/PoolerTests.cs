extern alias agent;

using agent::Ahoi.Pools.Agent.Bouncer;

namespace Ahoi.Pools.Tests.Agent;

public sealed class PoolerTests
{
    /// <summary>What pgbouncer cuts in its login counts as a server that cannot be reached, and clients are refused for it.</summary>
    [Theory]
    [InlineData("RECONNECT")]
    [InlineData("PAUSE")]
    public async Task Command_ThatCutsLogins_WaitsUntilThereAreNone(string command)
    {
        var looks = 0;
        await using var console = new PlayedConsole(
            c => c == "SHOW POOLS" ? [("database", "app"), ("sv_login", Interlocked.Increment(ref looks) < 3 ? "1" : "0")] : []);
        var pooler = new Pooler(console.Path);

        await (command == "PAUSE"
            ? pooler.PauseAsync("app", TestContext.Current.CancellationToken)
            : pooler.ReconnectAsync("app", TestContext.Current.CancellationToken));

        Assert.Equal(["SHOW POOLS", "SHOW POOLS", "SHOW POOLS", $"{command} \"app\""], console.Commands);
    }

    [Fact]
    public async Task Reconnect_LoginsOfOthers_AreNotWaitedFor()
    {
        await using var console = new PlayedConsole(c => c == "SHOW POOLS" ? [("database", "other"), ("sv_login", "1")] : []);

        await new Pooler(console.Path).ReconnectAsync("app", TestContext.Current.CancellationToken);

        Assert.Equal(["SHOW POOLS", "RECONNECT \"app\""], console.Commands);
    }
}
