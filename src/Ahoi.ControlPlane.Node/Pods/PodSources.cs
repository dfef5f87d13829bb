using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>The other objects that a pod is made of, as they were last seen.</summary>
internal sealed class PodSources
{
    private readonly Dictionary<(string Kind, string Name), JsonMap?> _objects = [];

    /// <summary>Gets or sets the services of the pod's namespace, for the variables that name them.</summary>
    public IReadOnlyList<JsonMap> Services { get; set; } = [];

    /// <summary>Gets or sets the service <c>kubernetes</c>, which every pod is told of.</summary>
    public JsonMap? ApiServer { get; set; }

    /// <summary>Remembers an object of the pod's namespace, or that there is none.</summary>
    public void Set(string kind, string name, RawObject? value) => _objects[(kind, name)] = value?.ToMap();

    /// <summary>Finds a ConfigMap.</summary>
    public JsonMap? ConfigMap(string name) => _objects.GetValueOrDefault(("ConfigMap", name));

    /// <summary>Finds a Secret.</summary>
    public JsonMap? Secret(string name) => _objects.GetValueOrDefault(("Secret", name));

    /// <summary>Finds a PersistentVolumeClaim.</summary>
    public JsonMap? Claim(string name) => _objects.GetValueOrDefault(("PersistentVolumeClaim", name));

    /// <summary>Finds the volume that a claim is bound to.</summary>
    public JsonMap? Volume(string name) => _objects.GetValueOrDefault(("PersistentVolume", name));
}
