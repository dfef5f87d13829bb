using Ahoi.Api.Errors;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Reading;

/// <summary>Refuses to pass requests on to services and nodes: nothing behind them can be reached from here.</summary>
internal sealed class NoProxy : ISubresourceHandler
{
    public Task HandleAsync(ApiRequest request) => throw ApiErrors.Generic(
        503, StatusReason.ServiceUnavailable, $"requests are not passed on to {request.Resource.Plural} here; ask {request.Name} itself");
}
