using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Deployments;

/// <summary>A replica set as its deployment sees it.</summary>
internal sealed class ReplicaSetState
{
    public ReplicaSetState(RawObject raw)
    {
        Raw = raw;
        Value = raw.ToMap();
        Wanted = Value.Map("spec")?.Integer("replicas") ?? 1;
    }

    public RawObject Raw { get; }

    public JsonMap Value { get; }

    public long Wanted { get; }

    public JsonMap Template => Value.Map("spec")?.Map("template") ?? [];

    public long Available => Status("availableReplicas");

    /// <summary>Gets how many replicas the deployment wanted when it scaled the set last.</summary>
    public long? Desired => Number(Revisions.Desired);

    /// <summary>Gets how many replicas the deployment could have had then.</summary>
    public long? Most => Number(Revisions.Most);

    public long Status(string count) => Value.Map("status")?.Integer(count) ?? 0;

    private long? Number(string annotation) =>
        long.TryParse(Raw.Annotations.GetValueOrDefault(annotation), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
