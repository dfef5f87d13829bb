using Ahoi.ControlPlane.ApiServer.Caching;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>The stored objects of one resource, whatever version they are served at.</summary>
internal sealed class ResourceStorage
{
    /// <summary>Describes where a resource's objects are.</summary>
    /// <param name="group">The group that the keys carry.</param>
    /// <param name="plural">The plural that the keys carry.</param>
    public ResourceStorage(string group, string plural)
    {
        Prefix = $"/registry/{(group.Length == 0 ? "core" : group)}/{plural}/";
        Cache = new ResourceCache(Prefix);
    }

    /// <summary>Gets what the keys of the objects start with; the rest is <c>namespace/name</c> or <c>name</c>.</summary>
    public string Prefix { get; }

    /// <summary>Gets the objects and their latest changes.</summary>
    public ResourceCache Cache { get; }

    public string KeyOf(string? @namespace, string name) =>
        string.IsNullOrEmpty(@namespace) ? Prefix + name : $"{Prefix}{@namespace}/{name}";
}
