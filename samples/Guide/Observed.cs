using System.Net;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Observability;

namespace Guide;

internal static class Observed
{
    public static AhoiBuilder Add(AhoiBuilder ahoi)
    {
        // docs: observability
        return ahoi.AddObservability(o =>
        {
            o.Listen = new(IPAddress.Any, 8081);                // in a pod; the default is this machine alone
            o.OtlpEndpoint = new("http://collector:4317");      // metrics, traces and logs; off by default
        });
        // docs: end
    }
}
