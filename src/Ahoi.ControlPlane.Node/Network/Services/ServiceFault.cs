using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>Something that goes wrong with a Service, to be reported as an event.</summary>
/// <param name="Service">The Service.</param>
/// <param name="Reason">What, as one word.</param>
/// <param name="Message">What, for people.</param>
internal sealed record ServiceFault(RawObject Service, string Reason, string Message);
