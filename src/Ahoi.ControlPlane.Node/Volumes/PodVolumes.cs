using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Containers;
using Ahoi.ControlPlane.Node.Pods;
using Ahoi.ControlPlane.Node.Sandbox;

namespace Ahoi.ControlPlane.Node.Volumes;

/// <summary>The volumes of one pod on this machine: folders, each of which containers see where they say.</summary>
internal sealed class PodVolumes(NodeServices node, string folder)
{
    private readonly TokenCache _tokens = new(node.Tokens, node.Time);
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Gets when tokens in the volumes have to be renewed.</summary>
    public DateTimeOffset? Renew => _tokens.Renew;

    /// <summary>Makes the volumes, or brings the files in them up to date.</summary>
    /// <exception cref="VolumeFaultException">One cannot be made; the message says which and why.</exception>
    public async Task PrepareAsync(PodFacts facts, PodSources sources, CancellationToken cancellationToken)
    {
        foreach (var volume in facts.Spec.List("volumes")?.Maps ?? [])
        {
            var name = volume.Text("name") ?? "";
            var path = ProjectedFiles.Makes(volume)
                ? await WriteAsync(facts, sources, volume, name, cancellationToken).ConfigureAwait(false)
                : Find(facts, sources, volume, name);
            lock (_lock)
            {
                _paths[name] = path;
            }
        }
    }

    /// <summary>Gets what is mounted into a container.</summary>
    /// <exception cref="ContainerFaultException">A mount names something that is not there, or not safe.</exception>
    public IReadOnlyList<SandboxMount> Mounts(JsonMap podSpec, JsonMap container, IReadOnlyDictionary<string, string> environment)
    {
        var mounts = new List<SandboxMount>();
        foreach (var mount in container.List("volumeMounts")?.Maps ?? [])
        {
            var name = mount.Text("name") ?? "";
            string? path;
            lock (_lock)
            {
                path = _paths.GetValueOrDefault(name);
            }

            if (path is null)
            {
                throw new ContainerFaultException("CreateContainerConfigError", $"volume \"{name}\" of the container's volumeMounts is not there");
            }

            var part = mount.Text("subPathExpr") is { Length: > 0 } expression ? VariableExpansion.Expand(expression, environment) : mount.Text("subPath");
            if (part is { Length: > 0 })
            {
                path = SubPath(path, name, part);
            }

            var volume = (podSpec.List("volumes")?.Maps ?? []).FirstOrDefault(v => v.Text("name") == name);
            var readOnly = mount.Flag("readOnly") == true || (volume is not null && ProjectedFiles.Makes(volume)) || volume?.Map("persistentVolumeClaim")?.Flag("readOnly") == true;
            mounts.Add(new(path, mount.Text("mountPath") ?? "/", readOnly));
        }

        return mounts;
    }

    /// <summary>Names the folders of emptyDir volumes with a limit, and the limits.</summary>
    public IEnumerable<(string Name, string Path, string Limit)> Limited(JsonMap podSpec) =>
        from volume in podSpec.List("volumes")?.Maps ?? []
        let limit = volume.Map("emptyDir")?["sizeLimit"]?.ToString()
        where limit is not null
        select (volume.Text("name")!, Path.Combine(folder, "volumes", volume.Text("name")!), limit); // The API requires the name.

    private async Task<string> WriteAsync(PodFacts facts, PodSources sources, JsonMap volume, string name, CancellationToken cancellationToken)
    {
        var files = await new ProjectedFiles(facts, sources, _tokens).OfAsync(volume, cancellationToken).ConfigureAwait(false);
        var path = Path.Combine(folder, "volumes", name);
        AtomicFolder.Write(path, files);
        return path;
    }

    private string Find(PodFacts facts, PodSources sources, JsonMap volume, string name)
    {
        if (volume.Map("hostPath") is { } host)
        {
            return HostPath(name, host.Text("path") ?? "", host.Text("type") ?? "", node.HostPaths);
        }

        if (PodReferences.ClaimName(facts.Pod, volume) is { } claimName)
        {
            return ClaimPath(sources, name, claimName);
        }

        // emptyDir, which is also what a volume is that says nothing.
        if (volume.Map("emptyDir") is not null || volume.Keys.All(k => k == "name"))
        {
            var path = Path.Combine(folder, "volumes", name);
            Directory.CreateDirectory(path);
            File.SetUnixFileMode(path, (UnixFileMode)0x1ff);
            return path;
        }

        throw new VolumeFaultException($"MountVolume.SetUp failed for volume \"{name}\" : volumes of type {string.Join(", ", volume.Keys.Where(k => k != "name"))} are not supported by this node");
    }

    private string ClaimPath(PodSources sources, string name, string claimName)
    {
        var claim = sources.Claim(claimName) ?? throw new VolumeFaultException($"MountVolume.SetUp failed for volume \"{name}\" : persistentvolumeclaim \"{claimName}\" not found");
        if (claim.Map("spec")?.Text("volumeName") is not { Length: > 0 } volumeName || claim.Map("status")?.Text("phase") != "Bound")
        {
            throw new VolumeFaultException($"MountVolume.SetUp failed for volume \"{name}\" : persistentvolumeclaim \"{claimName}\" is not bound to a volume yet");
        }

        var spec = sources.Volume(volumeName)?.Map("spec") ?? throw new VolumeFaultException($"MountVolume.SetUp failed for volume \"{name}\" : persistentvolume \"{volumeName}\" not found");
        var path = spec.Map("local")?.Text("path") ?? spec.Map("hostPath")?.Text("path")
            ?? throw new VolumeFaultException($"MountVolume.SetUp failed for volume \"{name}\" : the type of persistentvolume \"{volumeName}\" is not supported by this node");
        return HostPath(name, path, spec.Map("hostPath")?.Text("type") ?? "Directory", node.VolumeFolder is { } volumes ? [.. node.HostPaths, volumes] : node.HostPaths);
    }

    private static string HostPath(string name, string path, string type, IReadOnlyList<string> allowed)
    {
        var full = Path.GetFullPath(path);
        if (!allowed.Any(a => full == a || full.StartsWith(a.TrimEnd('/') + "/", StringComparison.Ordinal)))
        {
            throw new VolumeFaultException($"MountVolume.SetUp failed for volume \"{name}\" : hostPath {full} is not allowed on this node; start it with --host-path {full} to allow it");
        }

        switch (type)
        {
            case "DirectoryOrCreate":
                Directory.CreateDirectory(full);
                break;
            case "FileOrCreate" when !Path.Exists(full):
                File.WriteAllBytes(full, []);
                break;
        }

        var fits = type switch
        {
            "" => Path.Exists(full),
            "Directory" or "DirectoryOrCreate" => Directory.Exists(full),
            _ => File.Exists(full),
        };
        return fits ? full : throw new VolumeFaultException($"MountVolume.SetUp failed for volume \"{name}\" : hostPath type check failed: {full} is not a {(type is "" ? "file or directory" : type.Replace("OrCreate", "", StringComparison.Ordinal).ToLowerInvariant())}");
    }

    /// <summary>Finds a part of a volume, making it a folder where it is not there. Links in it lead nowhere else.</summary>
    private static string SubPath(string volume, string name, string part)
    {
        if (part.StartsWith('/') || part.Split('/').Contains(".."))
        {
            throw new ContainerFaultException("CreateContainerConfigError", $"subPath {part} of volume \"{name}\" must be a relative path without '..'");
        }

        var path = ImagePath.OnMachine(volume, ImagePath.Resolve(volume, "/" + part));
        if (!Path.Exists(path))
        {
            Directory.CreateDirectory(path);
        }

        return path;
    }
}
