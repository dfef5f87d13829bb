using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Access.Reviews;

/// <summary>Tells somebody who they are: <c>kubectl auth whoami</c>.</summary>
internal sealed class SelfSubjectReview : IVirtualResource
{
    public ValueTask<JsonMap> CreateAsync(ApiRequest request, JsonMap value)
    {
        value.EnsureMap("metadata")["creationTimestamp"] =
            ApiTime.Write(request.Now);
        value["status"] = new JsonMap { ["userInfo"] = UserJson.Write(request.User) };
        return new(value);
    }
}
