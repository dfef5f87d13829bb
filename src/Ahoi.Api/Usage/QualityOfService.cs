using Ahoi.Api.Json;
using Ahoi.Api.Quantities;

namespace Ahoi.Api.Usage;

/// <summary>The quality-of-service class that requests and limits give a pod.</summary>
public static class QualityOfService
{
    /// <summary>Gets a pod's class.</summary>
    /// <param name="spec">The pod's spec.</param>
    /// <returns>Guaranteed, Burstable or BestEffort.</returns>
    public static string Of(JsonMap spec)
    {
        var resources = spec.Map("resources") is { } whole && (whole.Map("limits") ?? whole.Map("requests")) is not null
            ? [whole]
            : (spec.List("containers")?.Maps ?? []).Concat((spec.List("initContainers")?.Maps ?? [])).Select(c => c.Map("resources") ?? []).ToArray();
        var some = false;
        var guaranteed = true;
        foreach (var item in resources)
        {
            foreach (var name in (ReadOnlySpan<string>)["cpu", "memory"])
            {
                var (request, limit) = (Amount(item.Map("requests"), name), Amount(item.Map("limits"), name));
                some |= request is not null || limit is not null;
                guaranteed &= limit is not null && (request is null || request == limit);
            }
        }

        return !some ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }

    private static Quantity? Amount(JsonMap? amounts, string name) =>
        amounts?[name] switch
        {
            string text when Quantity.TryParse(text, out var quantity) && quantity.Sign != 0 => quantity,
            long number and not 0 => new Quantity(number),
            _ => null,
        };
}
