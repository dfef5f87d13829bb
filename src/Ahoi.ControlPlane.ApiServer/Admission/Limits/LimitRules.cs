using Ahoi.Api.Json;
using Ahoi.Api.Quantities;
using Ahoi.Api.Usage;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Admission.Limits;

/// <summary>Finds what of a pod or claim is outside of a limit range.</summary>
internal static class LimitRules
{
    /// <summary>Checks an object.</summary>
    /// <param name="value">A pod or a claim.</param>
    /// <param name="range">The limit range.</param>
    /// <param name="faults">Collects what is wrong.</param>
    public static void Check(JsonMap value, JsonMap range, List<string> faults)
    {
        var spec = value.Map("spec") ?? [];
        foreach (var limit in (range.Map("spec") ?? []).Maps("limits"))
        {
            switch (value.Text("kind"), limit.Text("type"))
            {
                case ("PersistentVolumeClaim", "PersistentVolumeClaim"):
                    var claimed = Amounts.Of(spec.Map("resources")?.Map("requests"));
                    CheckEach(limit, "min", (name, least) => AtLeast("PersistentVolumeClaim", name, least, claimed, []), faults);
                    CheckEach(limit, "max", (name, most) => ClaimAtMost(name, most, claimed), faults);
                    break;
                case ("Pod", "Container"):
                    foreach (var container in spec.Maps("containers").Concat(spec.Maps("initContainers")))
                    {
                        CheckAll("Container", limit, Amounts.Of(container.Map("resources")?.Map("requests")), Amounts.Of(container.Map("resources")?.Map("limits")), faults);
                    }

                    break;
                case ("Pod", "Pod"):
                    CheckAll("Pod", limit, PodAmounts.Requests(spec), PodAmounts.Limits(spec), faults);
                    break;
            }
        }
    }

    private static void CheckAll(string type, JsonMap limit, Amounts requests, Amounts limits, List<string> faults)
    {
        CheckEach(limit, "min", (name, least) => AtLeast(type, name, least, requests, limits), faults);
        CheckEach(limit, "max", (name, most) => AtMost(type, name, most, requests, limits), faults);
        CheckEach(limit, "maxLimitRequestRatio", (name, ratio) => InRatio(type, name, ratio, requests, limits), faults);
    }

    private static void CheckEach(JsonMap limit, string field, Func<string, Quantity, string?> check, List<string> faults)
    {
        foreach (var (name, amount) in Amounts.Of(limit.Map(field)))
        {
            if (check(name, amount) is { } fault)
            {
                faults.Add(fault);
            }
        }
    }

    private static string? AtLeast(string type, string name, Quantity least, Amounts requests, Amounts limits) =>
        !requests.TryGetValue(name, out var request) ? $"minimum {name} usage per {type} is {least}, and no request says how much"
        : request < least ? $"minimum {name} usage per {type} is {least}, but request is {request}"
        : limits.TryGetValue(name, out var limit) && limit < least ? $"minimum {name} usage per {type} is {least}, but limit is {limit}"
        : null;

    private static string? AtMost(string type, string name, Quantity most, Amounts requests, Amounts limits) =>
        !limits.TryGetValue(name, out var limit) ? $"maximum {name} usage per {type} is {most}, and no limit says how much"
        : limit > most ? $"maximum {name} usage per {type} is {most}, but limit is {limit}"
        : requests.TryGetValue(name, out var request) && request > most ? $"maximum {name} usage per {type} is {most}, but request is {request}"
        : null;

    private static string? ClaimAtMost(string name, Quantity most, Amounts requests) =>
        !requests.TryGetValue(name, out var request) ? $"maximum {name} usage per PersistentVolumeClaim is {most}, and no request says how much"
        : request > most ? $"maximum {name} usage per PersistentVolumeClaim is {most}, but request is {request}"
        : null;

    private static string? InRatio(string type, string name, Quantity ratio, Amounts requests, Amounts limits)
    {
        if (!requests.TryGetValue(name, out var request) || request.Sign == 0)
        {
            return $"{name} max limit to request ratio per {type} is {ratio}, but no request is given or it is 0";
        }

        if (!limits.TryGetValue(name, out var limit) || limit.Sign == 0)
        {
            return $"{name} max limit to request ratio per {type} is {ratio}, but no limit is given or it is 0";
        }

        var actual = limit.ToDouble() / request.ToDouble();
        return actual > ratio.ToDouble() ? $"{name} max limit to request ratio per {type} is {ratio}, but provided ratio is {actual:0.######}" : null;
    }
}
