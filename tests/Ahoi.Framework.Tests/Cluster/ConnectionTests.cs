using Ahoi.Framework.Hosting;
using Ahoi.Framework.Tests.Engine;
using Ahoi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Framework.Tests.Cluster;

/// <summary>Connections by object, opened and closed by an operator.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private CronTabCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await CronTabCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Connection_SeveralReconciles_IsOneUntilItsSettingsChange()
    {
        var dialing = new Dialing();
        var host = await RunAsync(dialing);
        await _cluster.CreateCronTabAsync();
        await WokenAsync(host, dialing);
        await WokenAsync(host, dialing);

        Assert.Equal(["opened 5"], dialing.Happened);

        await _cluster.MergeAsync(CronTabCluster.CronTabs, CronTabCluster.Key, """{"spec":{"cronSpec":"* * * * 6"}}""");
        await CronTabCluster.EventuallyAsync(() => dialing.Happened.Count == 3, "another line is open");
        await TestCluster.StopAsync(host);

        Assert.Equal(["opened 5", "closed 5", "opened 6", "closed 6"], dialing.Happened);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connection_ObjectGoneAndMadeAgain_IsClosedAndAnotherOpened(bool withFinalizer)
    {
        var dialing = withFinalizer ? new DialingToTheEnd() : new Dialing();
        await RunAsync(dialing);
        await _cluster.CreateCronTabAsync();
        await CronTabCluster.EventuallyAsync(() => dialing.Runs > 0, "reconciled");

        await _cluster.Client.DeleteAsync(CronTabCluster.CronTabs, CronTabCluster.Key, cancellationToken: TestContext.Current.CancellationToken);
        await CronTabCluster.EventuallyAsync(() => dialing.Happened.Contains("closed 5"), "the line is closed");
        await _cluster.CreateCronTabAsync();
        await CronTabCluster.EventuallyAsync(() => dialing.Happened.Count == 3, "another line is open");

        Assert.Equal(["opened 5", "closed 5", "opened 5"], dialing.Happened);
    }

    [Fact]
    public async Task Connection_OfAReplicaThatStops_IsClosedBeforeTheNextOneLeads()
    {
        var (first, second) = (new Dialing(), new Dialing());
        var a = await RunAsync(first, Elect);
        await _cluster.CreateCronTabAsync();
        await CronTabCluster.EventuallyAsync(() => first.Runs > 0, "the first reconciles");
        await RunAsync(second, Elect);

        await TestCluster.StopAsync(a);
        await CronTabCluster.EventuallyAsync(() => second.Runs > 0, "the second reconciles");

        Assert.Equal(["opened 5", "closed 5"], first.Happened);
        Assert.Equal(["opened 5"], second.Happened);
    }

    private static void Elect(AhoiOptions options) => options.Leadership = new()
    {
        LeaseName = "test",
        LeaseNamespace = "default",
        RetryPeriod = TimeSpan.FromMilliseconds(50),
    };

    private Task<IHost> RunAsync(Dialing dialing, Action<AhoiOptions>? options = null) => _cluster.Test.RunOperatorAsync(
        ahoi =>
        {
            ahoi.Services.Configure<AhoiOptions>(o => options?.Invoke(o));
            if (dialing is DialingToTheEnd toTheEnd)
            {
                ahoi.Services.AddSingleton(toTheEnd);
                ahoi.AddController<CronTab, DialingToTheEnd>();
            }
            else
            {
                ahoi.Services.AddSingleton(dialing);
                ahoi.AddController<CronTab, Dialing>();
            }
        },
        "test",
        cancellationToken: TestContext.Current.CancellationToken);

    private static async Task WokenAsync(IHost host, Dialing dialing)
    {
        await CronTabCluster.EventuallyAsync(() => dialing.Runs > 0, "reconciled");
        var runs = dialing.Runs;
        host.Services.GetRequiredService<Operator>().Wake("crontab", CronTabCluster.Key);
        await CronTabCluster.EventuallyAsync(() => dialing.Runs > runs, "reconciled once more");
    }
}
