namespace Ahoi.ControlPlane.Node.Containers;

/// <summary>What a container is in its pod.</summary>
internal enum ContainerKind
{
    /// <summary>It is what the pod is for.</summary>
    App,

    /// <summary>It runs to its end before what comes after it starts.</summary>
    Init,

    /// <summary>It starts before what comes after it, and goes on until the pod ends.</summary>
    Sidecar,

    /// <summary>It was added to the pod while that runs, to look into it, and is not started again.</summary>
    Ephemeral,
}
