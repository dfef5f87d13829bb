using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Knows which objects are not deleted at once but after a while: pods that a node may be running.</summary>
internal static class GracePeriods
{
    private const long DefaultOfPods = 30;

    /// <summary>Gets the grace period of an object.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="value">The object.</param>
    /// <param name="asked">The period asked for.</param>
    /// <returns>The seconds, or <see langword="null"/> where objects of the kind are deleted at once.</returns>
    public static long? Of(ServedResource resource, JsonMap value, long? asked)
    {
        if (resource is not { Group: "", Kind: "Pod" })
        {
            return null;
        }

        var spec = value.Map("spec");
        var period = asked ?? spec?.Integer("terminationGracePeriodSeconds") ?? DefaultOfPods;

        // Nobody runs a pod that no node has, and one that is over needs no time.
        if (spec?.Text("nodeName") is not { Length: > 0 } || value.Map("status")?.Text("phase") is "Failed" or "Succeeded")
        {
            period = 0;
        }

        return period < 0 ? 1 : period;
    }
}
