extern alias agent;

using System.Threading.Channels;
using agent::Ahoi.Pools.Agent;
using agent::Ahoi.Pools.Agent.Bouncer;
using agent::Ahoi.Pools.Agent.Orders;
using agent::Ahoi.Pools.Contract;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;

namespace Ahoi.Pools.Tests.Agent;

public sealed class PoolAgentTests
{
    /// <summary>A pgbouncer that is killed is back within a moment, with everybody served and the server about to be restarted.</summary>
    [Fact]
    public async Task Pause_PgbouncerWasAwayUnseen_IsPausedAgain()
    {
        var paused = false;
        var pauses = Channel.CreateUnbounded<string>();
        await using var console = new PlayedConsole(command =>
        {
            switch (command)
            {
                case "PAUSE \"app\"":
                    Volatile.Write(ref paused, true);
                    pauses.Writer.TryWrite(command);
                    return [];
                case "SHOW DATABASES":
                    return [("name", "app"), ("paused", Volatile.Read(ref paused) ? "1" : "0"), ("disabled", "0")];
                case "SHOW CONFIG":
                    return [("key", "pool_mode"), ("value", "transaction")];
                default:
                    return [];
            }
        });
        var folder = Path.GetDirectoryName(console.Path)!;
        var options = new AgentOptions("db-pool-0", "shop", "127.0.0.1", "db-pool-orders", folder, folder, 5432, 9127, TimeSpan.Zero, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(10));
        using var client = new ApiClient(ApiConnection.FromHandler(new NoCluster()));
        using var agent = new PoolAgent(
            options, new(console.Path), new ConfigurationFile(Path.Combine(folder, "pgbouncer.ini"), options.Address, 1), new Probe(options.Address, 1, folder), new ReportWriter(client, options));
        agent.Take(new PoolOrders("[pgbouncer]\npool_mode = transaction\n", "h1", ["app"], 10, new("work-1", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(5), Kill: false), ""));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var work = agent.RunAsync(end.Token);

        await pauses.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Volatile.Write(ref paused, false);
        await pauses.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
    }

    /// <summary>Reports go nowhere here.</summary>
    private sealed class NoCluster : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.NotFound) { Content = new StringContent("{}") });
    }
}
