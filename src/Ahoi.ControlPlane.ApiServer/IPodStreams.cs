using Ahoi.Api.Objects;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.ApiServer;

/// <summary>Brings requests that lead into running pods to the pods' nodes.</summary>
public interface IPodStreams
{
    /// <summary>Answers a request for a pod's log, or one that leads into a pod. Who asks, and that they may, is known.</summary>
    /// <param name="http">The request.</param>
    /// <param name="node">The pod's node.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="uid">Its uid.</param>
    /// <param name="subresource">What is asked for: <c>log</c>, <c>exec</c>, <c>attach</c>, <c>portforward</c>.</param>
    /// <returns>When it is answered, or <see langword="null"/> where the node cannot be reached.</returns>
    /// <exception cref="Ahoi.Api.Errors.ApiException">It cannot be answered; the message says why.</exception>
    Task? HandleAsync(HttpContext http, string node, ObjectKey pod, string uid, string subresource);
}
