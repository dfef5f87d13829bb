using Ahoi.Api.Json;

namespace Ahoi.Api.Usage;

/// <summary>
/// What a pod needs as a whole: the sum of its containers and sidecars, or more while it starts (an init container runs
/// with the sidecars before it), with its overhead. Where the pod itself says how much, that counts.
/// </summary>
public static class PodAmounts
{
    /// <summary>Gets what a pod requests.</summary>
    /// <param name="spec">Its spec.</param>
    /// <returns>The amounts.</returns>
    public static Amounts Requests(JsonMap spec) => Of(spec, "requests");

    /// <summary>Gets what a pod is limited to.</summary>
    /// <param name="spec">Its spec.</param>
    /// <returns>The amounts.</returns>
    public static Amounts Limits(JsonMap spec) => Of(spec, "limits");

    private static Amounts Of(JsonMap spec, string field)
    {
        var running = new Amounts();
        foreach (var container in (spec.List("containers")?.Maps ?? []))
        {
            running.Add(Amounts.Of(container.Map("resources")?.Map(field)));
        }

        var (sidecars, starting) = (new Amounts(), new Amounts());
        foreach (var container in (spec.List("initContainers")?.Maps ?? []))
        {
            var own = Amounts.Of(container.Map("resources")?.Map(field));
            if (container.Text("restartPolicy") == "Always")
            {
                running.Add(own);
                sidecars.Add(own);
                starting.Raise(sidecars);
            }
            else
            {
                own.Add(sidecars);
                starting.Raise(own);
            }
        }

        running.Raise(starting);
        foreach (var (name, amount) in Amounts.Of(spec.Map("resources")?.Map(field)))
        {
            running[name] = amount;
        }

        foreach (var (name, amount) in Amounts.Of(spec.Map("overhead")))
        {
            // Overhead counts where there is something to add it to; a pod without limits stays without.
            if (running.TryGetValue(name, out var there))
            {
                running[name] = there + amount;
            }
            else if (field == "requests")
            {
                running[name] = amount;
            }
        }

        return running;
    }
}
