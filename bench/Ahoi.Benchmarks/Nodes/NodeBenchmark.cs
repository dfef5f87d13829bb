using Ahoi.Benchmarks.ApiServer;

namespace Ahoi.Benchmarks.Nodes;

/// <summary>Pods of <c>ahoi up</c> against the same programs under bubblewrap.</summary>
internal static class NodeBenchmark
{
    private const int Replicas = 50;
    private const int Rolled = 10;
    private const int Wave = 5; // A surge of a quarter and as many less, as deployments have it.
    private static readonly string[] Program = ["/bin/sh", "-c", "echo up; exec sleep 1000"];
    private static readonly string[] Server =
    [
        "/usr/bin/perl", "-MIO::Socket::INET", "-e",
        """
        $s = IO::Socket::INET->new(LocalAddr => $ENV{IP}, LocalPort => 8080, Listen => 64, ReuseAddr => 1) or die $!;
        while (1) { my $c = $s->accept or next; sysread $c, $b, 4096; print $c "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nup\n"; close $c }
        """,
    ];

    /// <summary>Measures.</summary>
    /// <param name="ahoi">The tool's program.</param>
    /// <param name="rounds">How many clusters are started.</param>
    /// <param name="pods">How many more pods each of them runs.</param>
    /// <param name="onlyPods">Whether to leave deployments out.</param>
    public static async Task<IReadOnlyList<Measured>> RunAsync(string ahoi, int rounds, int pods, bool onlyPods)
    {
        var (first, second, warm, many, rolled) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var (bare, bareMany, bareRolled) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            using var sandboxes = new BareSandboxes();
            await using var cluster = await ClusterProcess.StartAsync(ahoi);
            first.Add(await cluster.PodAsync("first", Program));
            bare.Add(await sandboxes.ProgramAsync(Program));
            second.Add(await cluster.PodAsync("second", Program));
            for (var pod = 0; pod < pods; pod++)
            {
                warm.Add(await cluster.PodAsync($"pod-{pod}", Program));
                bare.Add(await sandboxes.ProgramAsync(Program));
            }

            if (!onlyPods)
            {
                many.Add(await cluster.DeployAsync(Replicas, Server));
                bareMany.Add(await sandboxes.ServersAsync(Replicas, 0, Server));
                await cluster.RollAsync(Rolled);
                rolled.Add(await cluster.RollAsync(Rolled));
                bareRolled.Add(await sandboxes.ServersAsync(Wave, Wave, Server) + await sandboxes.ServersAsync(Wave, Wave, Server));
                await cluster.DeleteAsync();
            }
        }

        List<Measured> measured =
        [
            new("the first pod of a new process, create to Ready", "ms", Median(first), Median(bare), null) { AtMost = 500 },
            new("the second", "ms", Median(second), Median(bare), null),
            new($"the {pods} after it", "ms", Median(warm[(warm.Count / 2)..]), Median(bare), null),
        ];
        return onlyPods ? measured :
        [
            .. measured,
            new($"{Replicas} replicas of a web server, create to all Ready", "s", Median(many), Median(bareMany), null) { AtMost = 30 },
            new($"a rolling update of {Rolled} replicas", "s", Median(rolled), Median(bareRolled), null),
        ];
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[sorted.Count / 2] + sorted[(sorted.Count - 1) / 2]) / 2;
    }
}
