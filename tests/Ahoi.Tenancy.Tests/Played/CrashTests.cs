namespace Ahoi.Tenancy.Tests.Played;

/// <summary>
/// The operator's process dies at each of its writes in turn, and another takes over. Reads change nothing: a death at one
/// of them leaves what a death at the next write leaves, and so does a death after a write before its answer.
/// </summary>
public sealed class CrashTests
{
    [Fact]
    public async Task Life_OperatorDiesAtEachWrite_TheNextOneEndsTheWork()
    {
        await using var cluster = await PlayedCluster.StartAsync();
        var deaths = new Dictionary<string, int> { ["create"] = 0, ["off"] = 0, ["on"] = 0, ["delete"] = 0 };
        var goesOn = true;
        for (var at = 1; goesOn; at++)
        {
            var customer = new PlayedCustomer(cluster, $"c{at}");
            goesOn = false;
            await customer.CreateAsync();
            goesOn |= await DieAsync("create", customer.ReadyAsync);
            await customer.SwitchAsync(on: false);
            goesOn |= await DieAsync("off", customer.ReadyAsync);
            await customer.SwitchAsync(on: true);
            goesOn |= await DieAsync("on", customer.ReadyAsync);
            var volume = Assert.Single(await customer.VolumesAsync());
            await customer.DeleteAsync();
            goesOn |= await DieAsync("delete", customer.GoneAsync);

            // The policy was to retain: the data are all that is left.
            var left = Assert.Single(await customer.VolumesAsync());
            Assert.Equal(volume.Uid, left.Uid);
            Assert.Equal("data", left.Labels["internal.example.com/holds"]);
            Assert.Null(await cluster.Client.FindAsync(PlayedCustomer.Namespaces, new(null, customer.Namespace)));
            await cluster.Client.DeleteAsync(PlayedCustomer.Volumes, left.Key);

            async Task<bool> DieAsync(string phase, Func<Task> converged)
            {
                var before = await customer.KeptAsync();
                using var log = new WriteLog(cluster.Connect().Handler!) { CrashAt = deaths[phase] < at - 1 ? 0 : at };
                var host = await cluster.RunAsync(cluster.Connect() with { Handler = log });
                await Task.WhenAny(log.Crashed, converged());
                await cluster.StopAsync(host);
                if (log.Crashed.IsCompleted)
                {
                    deaths[phase] = at;
                    before = Add(before, await customer.KeptAsync());
                    host = await cluster.RunAsync();
                    await converged();
                    await cluster.StopAsync(host);
                }

                if (phase != "delete")
                {
                    AssertKept(before, await customer.KeptAsync(), $"{phase}, death at write {at}: {log.Writes.LastOrDefault()}");
                }

                return log.Crashed.IsCompleted;
            }
        }

        TestContext.Current.SendDiagnosticMessage(string.Join(", ", deaths.Select(d => $"{d.Key}: {d.Value} deaths")));
        Assert.All(deaths, d => Assert.True(d.Value > 0, d.Key));
    }

    private static Dictionary<string, string> Add(Dictionary<string, string> before, Dictionary<string, string> now)
    {
        foreach (var (what, value) in before)
        {
            now[what] = value;
        }

        return now;
    }

    private static void AssertKept(Dictionary<string, string> before, Dictionary<string, string> after, string when)
    {
        foreach (var (what, value) in before)
        {
            Assert.True(after.GetValueOrDefault(what) == value, $"{what} is another one ({when})");
        }

        Assert.True(after.Keys.Count(k => k.StartsWith("volume", StringComparison.Ordinal)) == 1, $"there is more than one volume ({when})");
    }
}
