namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>What answers built-in subresources and reviews that are more than stored objects.</summary>
internal sealed class Handlers
{
    private readonly Dictionary<(string Group, string Resource, string Subresource), ISubresourceHandler> _subresources = [];
    private readonly Dictionary<(string Group, string Resource), IVirtualResource> _virtual = [];

    public void Add(string group, string resource, string subresource, ISubresourceHandler handler) =>
        _subresources[(group, resource, subresource)] = handler;

    public void Add(string group, string resource, IVirtualResource resourceHandler) => _virtual[(group, resource)] = resourceHandler;

    public ISubresourceHandler? FindSubresource(string group, string resource, string subresource) =>
        _subresources.GetValueOrDefault((group, resource, subresource));

    public IVirtualResource? FindVirtual(string group, string resource) => _virtual.GetValueOrDefault((group, resource));
}
