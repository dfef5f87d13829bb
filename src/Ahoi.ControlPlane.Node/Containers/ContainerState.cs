namespace Ahoi.ControlPlane.Node.Containers;

/// <summary>How a container is.</summary>
internal abstract record ContainerState
{
    private ContainerState()
    {
    }

    /// <summary>It does not run yet, or not again.</summary>
    public sealed record Waiting(string Reason, string? Message = null) : ContainerState;

    /// <summary>It runs.</summary>
    public sealed record Running(DateTimeOffset StartedAt) : ContainerState;

    /// <summary>It has ended.</summary>
    public sealed record Terminated(int ExitCode, string Reason, string? Message, DateTimeOffset StartedAt, DateTimeOffset FinishedAt, string ContainerId) : ContainerState;
}
