using System.Collections.Concurrent;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Volumes;

/// <summary>The claims that have no volume yet: one that comes or is free again may be for any of them.</summary>
internal sealed class WaitingClaims
{
    private readonly ConcurrentDictionary<ObjectKey, bool> _waiting = new();

    public ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        _ = context.Raw.Annotations.ContainsKey(VolumeBinding.BindCompleted) || context.Raw.IsBeingDeleted
            ? _waiting.TryRemove(context.Key, out _)
            : _waiting.TryAdd(context.Key, true);
        return ClaimController.ReconcileAsync(value, context, cancellationToken);
    }

    /// <summary>Gets the claim that a volume is for, or all that wait where it is for none.</summary>
    public IEnumerable<ObjectKey> For(RawObject volume) => volume.ToMap().Map("spec")?.Map("claimRef") is { } reference && reference.Text("name") is { } name
        ? [new(reference.Text("namespace"), name)]
        : [.. _waiting.Keys];
}
