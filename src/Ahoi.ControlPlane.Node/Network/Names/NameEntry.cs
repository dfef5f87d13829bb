using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node.Network.Names;

/// <summary>An address that has a name in the cluster.</summary>
/// <param name="Service">The Service whose name it is.</param>
/// <param name="Hostname">The name of an endpoint below the Service's; <see langword="null"/> for the Service itself.</param>
/// <param name="Address">The address.</param>
internal readonly record struct NameEntry(ObjectKey Service, string? Hostname, string Address);
