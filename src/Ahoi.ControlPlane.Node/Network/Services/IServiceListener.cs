namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>Listens at one address for one Service port.</summary>
internal interface IServiceListener : IAsyncDisposable
{
    /// <summary>Gets or sets what chooses the endpoints of new connections.</summary>
    ServiceBackend Backend { get; set; }
}
