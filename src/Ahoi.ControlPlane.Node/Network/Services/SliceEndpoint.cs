using System.Net;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>An endpoint of a slice.</summary>
/// <param name="Address">Its address.</param>
/// <param name="IsReady">Whether it takes connections.</param>
/// <param name="IsDraining">Whether it still serves although it ends: better than nothing.</param>
/// <param name="Hostname">Its name below the Service's, or <see langword="null"/>.</param>
internal sealed record SliceEndpoint(IPAddress Address, bool IsReady, bool IsDraining, string? Hostname);
