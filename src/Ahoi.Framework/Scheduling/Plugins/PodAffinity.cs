using Ahoi.Api.Json;

namespace Ahoi.Framework.Scheduling.Plugins;

/// <summary>What a pod wants of the pods near it; read when it is asked for first.</summary>
internal sealed class PodAffinity(PodView pod)
{
    public IReadOnlyList<PodTerm> Required => field ??= Read("podAffinity", required: true);

    public IReadOnlyList<PodTerm> RequiredAnti => field ??= Read("podAntiAffinity", required: true);

    public IReadOnlyList<PodTerm> Preferred => field ??= Read("podAffinity", required: false);

    public IReadOnlyList<PodTerm> PreferredAnti => field ??= Read("podAntiAffinity", required: false);

    /// <summary>Gets whether other pods say where this one can or should run.</summary>
    public bool LooksAtOthers => pod.Spec.Map("affinity") is { } affinity && (affinity.Map("podAffinity") ?? affinity.Map("podAntiAffinity")) is not null;

    private PodTerm[] Read(string kind, bool required)
    {
        if (pod.Spec.Map("affinity")?.Map(kind) is not { } affinity)
        {
            return [];
        }

        return required
            ? [.. (affinity.List("requiredDuringSchedulingIgnoredDuringExecution")?.Maps ?? []).Select(t => new PodTerm(pod, t, 1))]
            : [.. (affinity.List("preferredDuringSchedulingIgnoredDuringExecution")?.Maps ?? [])
                .Select(p => new PodTerm(pod, p.Map("podAffinityTerm") ?? new JsonMap(), p.Integer("weight") ?? 0))];
    }
}
