using Ahoi.Framework.Hosting;
using Ahoi.Framework.Periodic;

namespace Guide;

internal static class Tasks
{
    public static AhoiBuilder Add(AhoiBuilder ahoi)
    {
        // docs: add
        return ahoi
            .AddPeriodicTask<CertificateCheck>("certificates", o => o.Interval = TimeSpan.FromHours(1))
            .AddPeriodicTask("heartbeat", (context, token) => ValueTask.CompletedTask, o =>
            {
                o.Interval = TimeSpan.FromSeconds(30);
                o.Jitter = 0.2;             // 24 to 36 seconds
                o.OnEveryReplica = true;    // not the leader alone
            });
        // docs: end
    }

    public static Task AddLaterAsync(Operator @operator)
    {
        // docs: schedule
        return @operator.Tasks.AddAsync(
            "nightly",
            (context, token) => ValueTask.CompletedTask,
            o => o.Schedule = now => now.Date.AddDays(1).AddHours(3));   // at 3; a cron library's next occurrence fits too
        // docs: end
    }
}

// docs: task
internal sealed class CertificateCheck : IPeriodicTask
{
    public async ValueTask RunAsync(PeriodicTaskContext context, CancellationToken cancellationToken)
    {
        foreach (var site in await context.ListAsync<Site>(cancellationToken))   // from the operator's cache
        {
            context.Operator.Wake("site", new(site.Metadata.Namespace, site.Metadata.Name!), "its certificate is checked");
        }
    }
}
// docs: end
