using System.Net;
using Ahoi.ControlPlane.Node.Images;
using Ahoi.ControlPlane.Node.Network.Names;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahoi.ControlPlane.Node;

/// <summary>What a <see cref="LocalNode"/> is made of.</summary>
public sealed record NodeOptions
{
    /// <summary>Gets the node's name, a DNS subdomain.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the block of IPv4 loopback addresses that the node's pods get theirs of; no other node of the machine may
    /// have it.</summary>
    public required IPNetwork Pods { get; init; }

    /// <summary>Gets the folder for pods' files; each node of a machine needs its own.</summary>
    public required string Folder { get; init; }

    /// <summary>Gets what finds an image by its name: <see langword="null"/> where there is none of that name; a
    /// <see cref="FormatException"/> where it is no name.</summary>
    public required Func<string, Image?> FindImage { get; init; }

    /// <summary>Gets what lists the images that there are, for the node's status.</summary>
    /// <value>The default lists none.</value>
    public Func<IReadOnlyList<StoredImage>> ListImages { get; init; } = () => [];

    /// <summary>Gets the machine's files and folders that containers of the image <c>host</c> do not see: data folders, keys.</summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>Gets the folders below which <c>hostPath</c> volumes, and volumes in folders of the machine, may be.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> HostPaths { get; init; } = [];

    /// <summary>Gets the folder for volumes that are made for claims; <see langword="null"/> where none are. It counts as one
    /// of <see cref="HostPaths"/> for volumes that are made there, but not for pods that name it.</summary>
    public string? VolumeFolder { get; init; }

    /// <summary>Gets whether this node makes volumes for claims; one node of a cluster does.</summary>
    public bool ProvisionsVolumes { get; init; }

    /// <summary>Gets the names of Services, for the hosts files of pods.</summary>
    /// <value>The default is none.</value>
    public NameTable? Names { get; init; }

    /// <summary>Gets the clock.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets where the node logs to.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}
