using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Makes the namespaces that every cluster has.</summary>
internal sealed class SystemNamespaces(ServerParts parts, WriteRequests writes)
{
    public static readonly IReadOnlyList<string> Names = ["default", "kube-node-lease", "kube-public", "kube-system"];

    private static readonly UserInfo Server = new("system:apiserver", "", [UserInfo.MastersGroup]);

    public async ValueTask EnsureAsync(CancellationToken cancellationToken)
    {
        var resource = parts.Registry.Current.Find("", "v1", "namespaces") ?? throw new InvalidOperationException("Namespaces are not served.");
        foreach (var name in Names)
        {
            if (resource.Storage!.Cache.Find(resource.Storage.KeyOf(null, name)) is not null)
            {
                continue;
            }

            var http = new DefaultHttpContext { RequestAborted = cancellationToken };
            http.Request.Headers.UserAgent = "kube-apiserver/";
            var request = new ApiRequest(http, RequestInfo.Parse("POST", "/api/v1/namespaces", RequestQuery.Empty), RequestQuery.Empty, Server, resource)
            {
                Now = parts.Time.GetUtcNow(),
            };
            var value = new JsonMap { ["kind"] = "Namespace", ["apiVersion"] = "v1", ["metadata"] = new JsonMap { ["name"] = name } };
            BodyDecoder.Decode(value, resource.Schema, custom: false, faults: null);
            try
            {
                await writes.Creator.CreateAsync(request, WriteOptions.Read(request, "CreateOptions"), value, "CreateOptions").ConfigureAwait(false);
            }
            catch (Ahoi.Api.Errors.ApiException exception) when (exception.Code == 409)
            {
                // Somebody else made it, over the same store.
            }
        }

        await parts.Feed.CatchUpAsync(cancellationToken).ConfigureAwait(false);
    }
}
