using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Informers;

namespace Ahoi.ControlPlane.Controllers.Disruptions;

/// <summary>How many pods a disruption budget counts with, and how many of them it wants to be healthy.</summary>
/// <param name="Count">How many pods there should be.</param>
/// <param name="Healthy">How many of them should be healthy.</param>
/// <param name="Unmanaged">Pods without a controller, which a budget in shares cannot count.</param>
internal readonly record struct ExpectedPods(long Count, long Healthy, IReadOnlyList<string> Unmanaged)
{
    /// <exception cref="FormatException">It cannot be known; the message says why.</exception>
    public static async Task<ExpectedPods> OfAsync(JsonMap budget, IReadOnlyList<RawObject> pods, ReconcileContext context, CancellationToken cancellationToken)
    {
        var spec = budget.Map("spec") ?? [];
        if (spec["maxUnavailable"] is { } unavailable)
        {
            var (count, unmanaged) = await ScaleAsync(pods, context, cancellationToken).ConfigureAwait(false);
            return new(count, Math.Max(0, count - (CountOrPercent.Of(unavailable, count, up: true) ?? 0)), unmanaged);
        }

        switch (spec["minAvailable"])
        {
            case long least:
                return new(pods.Count, least, []);
            case string share:
                var (count, unmanaged) = await ScaleAsync(pods, context, cancellationToken).ConfigureAwait(false);
                return new(count, CountOrPercent.Of(share, count, up: true) ?? 0, unmanaged);
            default:
                return new(0, 0, []);
        }
    }

    // What the pods' controllers want together, each counted once.
    private static async Task<(long Count, IReadOnlyList<string> Unmanaged)> ScaleAsync(
        IReadOnlyList<RawObject> pods, ReconcileContext context, CancellationToken cancellationToken)
    {
        var (scales, unmanaged) = (new Dictionary<string, long>(StringComparer.Ordinal), new List<string>());
        foreach (var pod in pods)
        {
            if (pod.ControllerOwner is not { } owner)
            {
                unmanaged.Add(pod.Name);
            }
            else if (await ScaleOfAsync(owner, context, cancellationToken).ConfigureAwait(false) is { } scale)
            {
                scales[scale.Uid] = scale.Replicas;
            }
            else
            {
                throw new FormatException($"found no controllers for pod \"{pod.Name}\"");
            }
        }

        return (scales.Values.Sum(), unmanaged);
    }

    private static async Task<(string Uid, long Replicas)?> ScaleOfAsync(OwnerReference owner, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (await FindAsync(owner, context, cancellationToken).ConfigureAwait(false) is not { } controller)
        {
            return null;
        }

        // A deployment's replica sets change place; the deployment says how many there should be.
        if (controller.Type == Kinds.ReplicaSet && controller.ControllerOwner is { } above
            && GroupVersionKind.Of(above.ApiVersion, above.Kind) is var kind && kind.Group == Kinds.Deployment.Group && kind.Kind == Kinds.Deployment.Kind)
        {
            controller = await FindAsync(above, context, cancellationToken).ConfigureAwait(false);
        }

        return controller?.ToMap().At("spec", "replicas") is long replicas ? (controller.Uid, replicas) : null;
    }

    private static async Task<RawObject?> FindAsync(OwnerReference owner, ReconcileContext context, CancellationToken cancellationToken)
    {
        try
        {
            var found = await context.FindAsync(
                GroupVersionKind.Of(owner.ApiVersion, owner.Kind), new(context.Key.Namespace, owner.Name), cancellationToken).ConfigureAwait(false);
            return found?.Uid == owner.Uid ? found : null;
        }
        catch (KindNotServedException)
        {
            return null;
        }
    }
}
