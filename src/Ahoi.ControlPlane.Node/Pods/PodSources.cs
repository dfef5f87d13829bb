using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>The other objects that a pod is made of, as they were last seen. They are parsed when they are used, which is when a
/// container starts or a volume is written, and not with every look at the pod.</summary>
internal sealed class PodSources
{
    private readonly Dictionary<(string Kind, string Name), RawObject?> _objects = [];

    /// <summary>Gets or sets the services of the pod's namespace, for the variables that name them.</summary>
    public IReadOnlyList<RawObject> Services { get; set; } = [];

    /// <summary>Gets or sets the service <c>kubernetes</c>, which every pod is told of.</summary>
    public RawObject? ApiServer { get; set; }

    /// <summary>Remembers an object of the pod's namespace, or that there is none.</summary>
    public void Set(string kind, string name, RawObject? value) => _objects[(kind, name)] = value;

    /// <summary>Finds a ConfigMap.</summary>
    public JsonMap? ConfigMap(string name) => _objects.GetValueOrDefault(("ConfigMap", name))?.ToMap();

    /// <summary>Finds a Secret.</summary>
    public JsonMap? Secret(string name) => _objects.GetValueOrDefault(("Secret", name))?.ToMap();

    /// <summary>Finds a PersistentVolumeClaim.</summary>
    public JsonMap? Claim(string name) => _objects.GetValueOrDefault(("PersistentVolumeClaim", name))?.ToMap();

    /// <summary>Finds the volume that a claim is bound to.</summary>
    public JsonMap? Volume(string name) => _objects.GetValueOrDefault(("PersistentVolume", name))?.ToMap();
}
