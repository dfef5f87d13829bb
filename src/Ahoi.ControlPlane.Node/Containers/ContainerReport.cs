namespace Ahoi.ControlPlane.Node.Containers;

/// <summary>What is known of a container, for the pod's status.</summary>
internal sealed record ContainerReport(string Name, string Image)
{
    public ContainerState State { get; init; } = new ContainerState.Waiting("ContainerCreating");

    public ContainerState.Terminated? LastState { get; init; }

    public bool Ready { get; init; }

    public bool Started { get; init; }

    public int RestartCount { get; init; }

    public string ImageId { get; init; } = "";

    public string ContainerId { get; init; } = "";
}
