using System.Runtime.InteropServices;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Pools.Agent;
using Ahoi.Pools.Agent.Bouncer;
using Ahoi.Pools.Agent.Orders;
using Ahoi.Pools.Agent.Serving;

AgentOptions options;
try
{
    options = AgentOptions.FromEnvironment();
}
catch (FormatException exception)
{
    Log.Write(exception.Message);
    return 2;
}

using var stopping = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var client = new ApiClient(ApiConnection.InCluster());
var pooler = new Pooler(options.Socket);
using var agent = new PoolAgent(
    options,
    pooler,
    new ConfigurationFile(Path.Combine(options.Folder, "pgbouncer.ini"), options.Address, options.Peer),
    new Probe(options.Address, options.Port, options.Credentials),
    new ReportWriter(client, options));
var drain = new DrainSequence(options, pooler, agent.Drain);
using var server = new AgentServer(options, new()
{
    ["/started"] = () => Task.FromResult(agent.IsPrepared ? (200, "the configuration is there\n") : (503, "waiting for the configuration\n")),
    ["/healthz"] = () => Task.FromResult((200, "ok\n")),
    ["/readyz"] = async () => agent.IsReady && await pooler.AnswersAsync(stopping.Token).ConfigureAwait(false) ? (200, "ok\n") : (503, "pgbouncer does not answer, or drains\n"),
    ["/drain"] = async () =>
    {
        await drain.RunAsync().ConfigureAwait(false);
        return (200, "drained\n");
    },
    ["/metrics"] = async () =>
    {
        try
        {
            return (200, await PoolMetrics.ReadAsync(pooler, stopping.Token).ConfigureAwait(false));
        }
        catch (Exception exception) when (Pooler.IsAway(exception))
        {
            return (503, "pgbouncer does not answer\n");
        }
    },
});
try
{
    // Whatever ends, ends all: the kubelet starts the agent again, and pgbouncer goes on meanwhile.
    var works = new[]
    {
        server.RunAsync(stopping.Token),
        new OrdersWatch(client, options).RunAsync(agent.Take, stopping.Token),
        agent.RunAsync(stopping.Token),
    };
    await (await Task.WhenAny(works)).ConfigureAwait(false);
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0;
}

return stopping.IsCancellationRequested ? 0 : 1;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stopping.Cancel();
}
