using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Access.Reviews;

/// <summary>Tells somebody who they are: <c>kubectl auth whoami</c>.</summary>
internal sealed class SelfSubjectReview : IVirtualResource
{
    public ValueTask<JsonMap> CreateAsync(ApiRequest request, JsonMap value)
    {
        value.EnsureMap("metadata")["creationTimestamp"] =
            request.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        value["status"] = new JsonMap { ["userInfo"] = UserJson.Write(request.User) };
        return new(value);
    }
}
