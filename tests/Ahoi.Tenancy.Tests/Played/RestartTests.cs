using Ahoi.Api.Objects;
using Ahoi.Framework.Hosting;
using Ahoi.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Tenancy.Tests.Played;

/// <summary>An operator that starts again where nothing has changed.</summary>
public sealed class RestartTests
{
    private const int Customers = 5;

    [Fact]
    public async Task Operator_StartedAgain_LooksAtEverythingAndWritesNothing()
    {
        await using var cluster = await Played.StartAsync();
        var first = await cluster.RunTenancyAsync();
        var customers = Enumerable.Range(1, Customers).Select(i => new PlayedCustomer(cluster, $"c{i}")).ToList();
        await Task.WhenAll(customers.Select(c => c.CreateAsync()));
        await Task.WhenAll(customers.Select(c => c.ReadyAsync()));
        await customers[1].SwitchAsync(on: false); // What is switched off stays quiet too.
        await customers[1].ReadyAsync();
        await TestCluster.StopAsync(first);

        using var log = new WriteLog(cluster.Connect().Handler!);
        var again = await cluster.RunTenancyAsync(cluster.Connect() with { Handler = log });
        var @operator = again.Services.GetRequiredService<Operator>();

        var expected = customers.SelectMany((c, i) => i == 1 ? Kinds(c, "database") : Kinds(c, "database", "scheduler", "webhooks")).ToHashSet();
        await UntilAsync(() => expected.IsSubsetOf(Seen(@operator)), () => string.Join(Environment.NewLine, expected.Except(Seen(@operator))));
        var once = @operator.RecentReconciles().Count;
        foreach (var (controller, key) in expected)
        {
            @operator.Wake(controller, key);
        }

        await UntilAsync(() => @operator.RecentReconciles().Count >= once + expected.Count, () => "not all were looked at again");
        Assert.True(log.Writes.IsEmpty, string.Join("\n", log.Writes));
        Assert.All(@operator.RecentReconciles(), r => Assert.Null(r.Failure));
    }

    private static IEnumerable<(string Controller, ObjectKey Key)> Kinds(PlayedCustomer customer, params string[] kinds) =>
        [("customer", customer.Key), .. kinds.Select(k => (k, customer.Child))];

    private static HashSet<(string Controller, ObjectKey Key)> Seen(Operator @operator) => [.. @operator.RecentReconciles().Select(r => (r.Controller, r.Key))];

    private static async Task UntilAsync(Func<bool> holds, Func<string> what)
    {
        using var limit = new CancellationTokenSource(Played.Limit);
        while (!holds())
        {
            Assert.False(limit.IsCancellationRequested, what());
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
