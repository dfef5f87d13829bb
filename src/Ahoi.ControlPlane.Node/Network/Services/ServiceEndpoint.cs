using System.Net;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>An endpoint as a <see cref="ServiceBackend"/> knows it. Guarded by the backend's lock.</summary>
internal sealed class ServiceEndpoint(IPEndPoint address)
{
    public IPEndPoint Address => address;

    /// <summary>Gets or sets how many connections or requests it has through this backend.</summary>
    public int Open { get; set; }

    /// <summary>Gets or sets when it last refused a connection, as a timestamp; <see langword="null"/> if it did not since it took one.</summary>
    public long? RefusedAt { get; set; }
}
