using System.Net;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>Where something listens, and for which incarnation of a Service: what is made anew has new connections.</summary>
internal readonly record struct ListenerKey(string Uid, string Protocol, IPEndPoint Address);
