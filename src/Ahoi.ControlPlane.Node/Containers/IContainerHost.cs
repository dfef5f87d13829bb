using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Pods;
using Ahoi.ControlPlane.Node.Sandbox;

namespace Ahoi.ControlPlane.Node.Containers;

/// <summary>What a container needs of its pod.</summary>
internal interface IContainerHost
{
    /// <summary>Gets the pod as it is now.</summary>
    PodFacts Facts { get; }

    /// <summary>Gets what it is made of as it is now.</summary>
    PodSources Sources { get; }

    /// <summary>Gets its host name.</summary>
    string HostName { get; }

    /// <summary>Gets the folder for the pod's files.</summary>
    string Folder { get; }

    /// <summary>Gets what the node has.</summary>
    NodeServices Node { get; }

    /// <summary>Gets a task that completes when the pod or what it is made of changes.</summary>
    Task Updated { get; }

    /// <summary>Gets what is mounted into a container.</summary>
    /// <exception cref="ContainerFaultException">Something that is to be mounted is not there.</exception>
    IReadOnlyList<SandboxMount> Mounts(JsonMap container, IReadOnlyDictionary<string, string> environment);

    /// <summary>Reports an event about a container.</summary>
    void Report(string container, bool warning, string reason, string message);

    /// <summary>Says that a container's report has changed.</summary>
    void Changed();
}
