using Ahoi.Framework.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Guide;

internal static class Leading
{
    public static void Configure(IServiceCollection services)
    {
        // docs: times
        services.Configure<AhoiOptions>(options => options.Leadership = new()
        {
            LeaseName = "sites",
            LeaseNamespace = "default",
            LeaseDuration = TimeSpan.FromSeconds(15),   // how long the others wait without a renewal
            RenewDeadline = TimeSpan.FromSeconds(10),   // how long a leader goes on without one
            RetryPeriod = TimeSpan.FromSeconds(2),      // between two tries
        });
        // docs: end
    }

    // docs: ask
    public static string Role(Operator @operator) => @operator.IsLeading ? "leads" : "waits with warm caches";
    // docs: end
}
