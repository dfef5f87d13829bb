using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>Answers the requests of a subresource that is not simply a view of its object: binding, eviction, token, exec...</summary>
internal interface ISubresourceHandler
{
    /// <summary>Carries out a request.</summary>
    /// <param name="request">The request; its body has not been read.</param>
    /// <returns>When the answer is written.</returns>
    Task HandleAsync(ApiRequest request);
}

/// <summary>Answers the creation of objects that are not kept: reviews.</summary>
internal interface IVirtualResource
{
    /// <summary>Answers a creation.</summary>
    /// <param name="request">The request.</param>
    /// <param name="value">The decoded object; may be changed.</param>
    /// <returns>The object to answer with.</returns>
    ValueTask<JsonMap> CreateAsync(ApiRequest request, JsonMap value);
}
