using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>Makes the objects of a resource when they are read: nothing of them is stored.</summary>
internal interface IComputedObjects
{
    /// <summary>Makes one object.</summary>
    /// <exception cref="Ahoi.Api.Errors.ApiException">404 where there is none of that name.</exception>
    ValueTask<JsonMap> GetAsync(ApiRequest request);

    /// <summary>Makes the objects that a list asks for, with their kinds, in the order of their keys.</summary>
    ValueTask<JsonList> ListAsync(ApiRequest request);
}
