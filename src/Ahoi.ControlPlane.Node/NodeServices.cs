using Ahoi.ControlPlane.Node.Cgroups;
using Ahoi.ControlPlane.Node.Images;
using Ahoi.ControlPlane.Node.Processes;
using Ahoi.ControlPlane.Node.Sandbox;
using Ahoi.ControlPlane.Node.Volumes;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Node;

/// <summary>What all pods of a node share.</summary>
internal sealed record NodeServices
{
    /// <summary>Gets what starts and watches processes.</summary>
    public required ProcessLoop Processes { get; init; }

    /// <summary>Gets what starts programs in sandboxes that run.</summary>
    public required SandboxEntry Entry { get; init; }

    /// <summary>Gets the file of bubblewrap.</summary>
    public required string Bubblewrap { get; init; }

    /// <summary>Gets what limits pods, where the machine lets it.</summary>
    public required CgroupTree Cgroups { get; init; }

    /// <summary>Gets what finds images by their names.</summary>
    public required Func<string, Image?> FindImage { get; init; }

    /// <summary>Gets the folder for pods.</summary>
    public required string Folder { get; init; }

    /// <summary>Gets the machine's files and folders that no container sees.</summary>
    public required IReadOnlyList<string> Hidden { get; init; }

    /// <summary>Gets the folders below which hostPath volumes may be.</summary>
    public required IReadOnlyList<string> HostPaths { get; init; }

    /// <summary>Gets the folder with volumes that were made for claims, or <see langword="null"/>.</summary>
    public required string? VolumeFolder { get; init; }

    /// <summary>Gets what makes tokens for pods.</summary>
    public required ITokenSource Tokens { get; init; }

    /// <summary>Gets the clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Gets where the node logs to.</summary>
    public required ILogger Logger { get; init; }
}
