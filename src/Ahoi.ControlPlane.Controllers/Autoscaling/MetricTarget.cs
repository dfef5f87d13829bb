using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Quantities;

namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>What an autoscaler wants the pods to use, on average: a share of what they request, or an amount.</summary>
internal abstract class MetricTarget
{
    /// <summary>Reads a target.</summary>
    /// <param name="target">The target, as a metric of the autoscaler has it.</param>
    /// <param name="requests">Finds out what the pods request, a thousandfold, by name.</param>
    /// <exception cref="MetricFaultException">It says neither.</exception>
    public static MetricTarget Of(JsonMap target, Func<IReadOnlyDictionary<string, long>> requests)
    {
        if (Quantity.TryParse(Convert.ToString(target["averageValue"], CultureInfo.InvariantCulture), out var value))
        {
            return new Amount(value.MilliValue);
        }

        return target.Integer("averageUtilization") is { } share
            ? new Share(share, requests())
            : throw new MetricFaultException("invalid resource metric source: neither an average utilization target nor an average value target was set");
    }

    /// <summary>Compares what pods use with what they should.</summary>
    /// <param name="used">What each uses, a thousandfold.</param>
    /// <exception cref="MetricFaultException">They cannot be compared.</exception>
    public abstract Usage Compare(IReadOnlyDictionary<string, long> used);

    /// <summary>Gets what a pod of which nothing is known is taken to use, where the others use less than they should.</summary>
    public abstract long Assumed(string pod);

    private sealed class Amount(long target) : MetricTarget
    {
        public override Usage Compare(IReadOnlyDictionary<string, long> used)
        {
            var average = used.Values.Sum() / used.Count;
            return new((double)average / target, average, null);
        }

        public override long Assumed(string pod) => target;
    }

    private sealed class Share(long target, IReadOnlyDictionary<string, long> requests) : MetricTarget
    {
        public override Usage Compare(IReadOnlyDictionary<string, long> used)
        {
            var known = used.Where(u => requests.ContainsKey(u.Key)).ToList();
            var requested = known.Sum(u => requests[u.Key]);
            if (requested == 0)
            {
                throw new MetricFaultException("no metrics returned matched known pods");
            }

            var total = known.Sum(u => u.Value);
            var share = (long)(total * 100.0 / requested);
            return new((double)share / target, total / known.Count, share);
        }

        // A target above the requests would make such pods look idle otherwise.
        public override long Assumed(string pod) => requests.GetValueOrDefault(pod) * Math.Max(100, target) / 100;
    }
}

/// <summary>What pods use, compared with what they should.</summary>
/// <param name="Ratio">Usage as a multiple of the target.</param>
/// <param name="Average">What a pod uses on average, a thousandfold.</param>
/// <param name="Share">The same in percent of what they request, where that is the target.</param>
internal readonly record struct Usage(double Ratio, long Average, long? Share);
