using Ahoi.ControlPlane.Node.Containers;

namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>What the node knows of a pod, for its status.</summary>
internal sealed record PodReport
{
    public required string Address { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    /// <summary>Gets whether folders and volumes are there, so that containers can start.</summary>
    public bool Prepared { get; init; }

    public IReadOnlyList<(ContainerKind Kind, ContainerReport Report)> Init { get; init; } = [];

    public IReadOnlyList<ContainerReport> Containers { get; init; } = [];

    /// <summary>Gets the containers that were added while the pod runs.</summary>
    public IReadOnlyList<ContainerReport> Ephemeral { get; init; } = [];

    public PodVerdict? Verdict { get; init; }
}
