using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Objects;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahoi.Framework.Tests.Engine;

/// <summary>An operator with one controller for CronTabs, on a fake cluster.</summary>
internal sealed class OperatorUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly ApiClient _client;
    private readonly Operator _operator;

    public OperatorUnderTest(FakeCluster cluster, IReconciler<CronTab> reconciler, Action<ControllerOptions>? configure = null, ILoggerFactory? loggers = null,
        string name = "test", TimeProvider? time = null)
    {
        Cluster = cluster;
        _client = cluster.Connect(time);
        _operator = new(
            _client,
            new ObjectTypes(WireJson.Create(), []),
            [new ControllerSource<CronTab>(reconciler, o =>
            {
                o.MinRetryDelay = TimeSpan.FromMilliseconds(5);
                configure?.Invoke(o);
            }, new ServiceCollection().BuildServiceProvider(), [])],
            new() { OperatorName = name, DrainTimeout = TimeSpan.FromSeconds(2) },
            time ?? TimeProvider.System,
            loggers ?? NullLoggerFactory.Instance);
    }

    public FakeCluster Cluster { get; }

    public Operator Operator => _operator;

    public static FakeCluster CreateCluster() => new FakeCluster()
        .Serve("stable.example.com", "v1", "crontabs", "CronTab")
        .Serve("", "v1", "configmaps", "ConfigMap")
        .Serve("events.k8s.io", "v1", "events", "Event")
        .Serve("", "v1", "namespaces", "Namespace", namespaced: false);

    public async Task<OperatorUnderTest> StartAsync()
    {
        await _operator.StartAsync(TestContext.Current.CancellationToken);
        return this;
    }

    public async Task EventuallyAsync(Func<bool> holds, string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!holds())
        {
            Assert.False(limit.IsCancellationRequested, $"within {Limit}: {what}; writes so far: {string.Join(", ", Cluster.Writes)}");
            await Task.Yield();
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until a change to the object was reconciled, so that what did not happen by then does not happen.</summary>
    public async Task SettleAsync(ScriptedReconciler reconciler)
    {
        for (var i = 0; i < 3; i++)
        {
            var runs = reconciler.Runs;
            _operator.Wake("crontab", new("default", "my"));
            await EventuallyAsync(() => reconciler.Runs > runs, "reconciled once more");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _operator.DisposeAsync();
        _client.Dispose();
    }
}
