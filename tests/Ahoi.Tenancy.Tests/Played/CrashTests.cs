using Ahoi.Testing;
using Ahoi.Testing.Scenarios;

namespace Ahoi.Tenancy.Tests.Played;

/// <summary>The operator's process dies at each of its writes in turn, and another takes over.</summary>
public sealed class CrashTests
{
    private static readonly CrashOptions Options = new()
    {
        OperatorName = "tenancy",
        Cluster = Played.Options,
        Prepare = Played.PrepareAsync,
        Moments = CrashMoments.Before,
        NameOf = o => o.Kind switch
        {
            "PersistentVolume" => $"the volume of {o.ToMap().At("spec", "claimRef", "name")}",
            "Job" => $"the Job {o.Name[..o.Name.LastIndexOf('-')]}", // What follows is made of passwords.
            _ => CrashOptions.DefaultNameOf(o),
        },
        Limit = Played.Limit,
    };

    [Fact]
    public async Task Life_OperatorDiesAtEachWrite_TheNextOneEndsTheWork()
    {
        var kept = new Dictionary<string, string>();
        var report = await CrashPoints.CheckAsync(
            ahoi => ahoi.AddTenancy(),
            Options,
            new("create", c => new PlayedCustomer(c, "acme").CreateAsync(), async c =>
            {
                await new PlayedCustomer(c, "acme").ReadyAsync();
                kept = await new PlayedCustomer(c, "acme").KeptAsync();
            }),
            new("off", c => new PlayedCustomer(c, "acme").SwitchAsync(on: false), c => KeptAsync(c, kept)),
            new("on", c => new PlayedCustomer(c, "acme").SwitchAsync(on: true), c => KeptAsync(c, kept)),
            new("delete", c => new PlayedCustomer(c, "acme").DeleteAsync(), async c =>
            {
                // The policy is to retain: the data are all that is left.
                await new PlayedCustomer(c, "acme").GoneAsync();
                var left = Assert.Single(await new PlayedCustomer(c, "acme").VolumesAsync());
                Assert.Contains(left.Uid, kept.Values);
                Assert.Equal("data", left.Labels["internal.example.com/holds"]);
            }));

        TestContext.Current.SendDiagnosticMessage(report.ToString());
        Assert.All(report.Deaths, d => Assert.True(d.Value > 0, d.Key));
    }

    private static async Task KeptAsync(TestCluster cluster, Dictionary<string, string> before)
    {
        var customer = new PlayedCustomer(cluster, "acme");
        await customer.ReadyAsync();
        Assert.Equal(before, await customer.KeptAsync());
    }
}
