using System.Collections.Concurrent;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Nodes;

/// <summary>Deletes pods that have ended where there are too many of them: first those that were evicted, then the oldest.</summary>
/// <param name="most">How many may stay; 0 or less for all of them.</param>
internal sealed class EndedPods(int most)
{
    private readonly ConcurrentDictionary<ObjectKey, (RawObject Pod, bool Evicted)> _ended = new();

    public async ValueTask<Description> ReconcileAsync(JsonMap pod, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        if (most <= 0 || !PodState.IsFinished(pod))
        {
            Forget(context.Key);
            return description;
        }

        _ended[context.Key] = (context.Raw, pod.At("status", "reason") is "Evicted");
        if (_ended.Count <= most)
        {
            return description;
        }

        var excess = _ended.Values.OrderByDescending(e => e.Evicted).ThenBy(e => e.Pod.CreationTimestamp).ThenBy(e => e.Pod.Name, StringComparer.Ordinal).Take(_ended.Count - most).ToList();
        foreach (var (old, _) in excess)
        {
            await context.Writes.DeleteAsync(old, cancellationToken, new() { GracePeriod = TimeSpan.Zero }).ConfigureAwait(false);
            Forget(old.Key);
        }

        return description;
    }

    /// <summary>Forgets a pod that is gone.</summary>
    public void Forget(ObjectKey key) => _ended.TryRemove(key, out _);
}
