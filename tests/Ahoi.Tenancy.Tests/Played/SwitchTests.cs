namespace Ahoi.Tenancy.Tests.Played;

/// <summary>Features switched on and off again and again.</summary>
public sealed class SwitchTests
{
    [Fact]
    public async Task Features_SwitchedHundredTimes_KeepTheirVolumeAndEndAsAskedLast()
    {
        await using var cluster = await Played.StartAsync();
        await cluster.RunTenancyAsync();
        var customer = new PlayedCustomer(cluster, "acme");
        await customer.CreateAsync();
        await customer.ReadyAsync();
        var before = await customer.KeptAsync();

        // Most switches come while the work for the ones before is not done; every tenth waits for it.
        for (var i = 1; i <= 100; i++)
        {
            await customer.SwitchAsync(on: i % 2 == 0);
            if (i % 10 == 0)
            {
                await customer.ReadyAsync();
            }
        }

        await customer.ReadyAsync();
        Assert.Equal(before, await customer.KeptAsync());
        var server = await cluster.WaitForAsync(PlayedCustomer.StatefulSets, new(customer.Namespace, "acme-postgres"));
        Assert.Equal(1L, server.At("spec", "replicas"));
        var scheduler = await cluster.WaitForAsync(PlayedCustomer.Schedulers, customer.Child, s => s.At("status", "readyWorkers") is 2L);
        Assert.Null(scheduler.At("metadata", "deletionTimestamp"));
    }
}
