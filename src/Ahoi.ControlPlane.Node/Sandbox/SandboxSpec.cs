namespace Ahoi.ControlPlane.Node.Sandbox;

/// <summary>What a container sees of the machine, and as whom it runs.</summary>
internal sealed record SandboxSpec
{
    /// <summary>Gets the folder of the image's root filesystem; <c>/</c> for the machine's own.</summary>
    public required string Root { get; init; }

    /// <summary>Gets the user that the container's processes are, as they see it. On the machine they are whoever this
    /// program is, without privileges.</summary>
    public uint User { get; init; }

    /// <summary>Gets their group.</summary>
    public uint Group { get; init; }

    /// <summary>Gets the host name they see.</summary>
    public required string HostName { get; init; }

    /// <summary>Gets where they start.</summary>
    public string WorkingFolder { get; init; } = "/";

    /// <summary>Gets what is mounted.</summary>
    public IReadOnlyList<SandboxMount> Mounts { get; init; } = [];

    /// <summary>Gets the machine's files and folders that are hidden where the root is the machine's own.</summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>Gets how many bytes fit into each of the writable scratch folders.</summary>
    public long ScratchSize { get; init; } = 1L << 30;

    /// <summary>Gets the variables.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
