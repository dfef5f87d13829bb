using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.ApiServer.Access.Rbac;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Makes what every cluster has, where it is missing: the system's namespaces, the roles people know.</summary>
internal sealed class SystemObjects(ServerParts parts, WriteRequests writes)
{
    /// <summary>The namespaces that every cluster has and that cannot be deleted.</summary>
    public static readonly IReadOnlyList<string> Namespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

    private static readonly UserInfo Server = new("system:apiserver", "", [UserInfo.MastersGroup]);

    public async ValueTask EnsureAsync(CancellationToken cancellationToken)
    {
        foreach (var value in Namespaces.Select(Namespace).Concat(BootstrapPolicy.Objects()))
        {
            await EnsureAsync(value, cancellationToken).ConfigureAwait(false);
        }

        await parts.Feed.CatchUpAsync(cancellationToken).ConfigureAwait(false);
    }

    private static JsonMap Namespace(string name) => new()
    {
        ["kind"] = "Namespace",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonMap { ["name"] = name },
    };

    private async ValueTask EnsureAsync(JsonMap value, CancellationToken cancellationToken)
    {
        var kind = GroupVersionKind.Of(value.Text("apiVersion")!, value.Text("kind")!);
        var resource = parts.Registry.Current.Find(kind.Group, kind.Version, kind.Kind.ToLowerInvariant() + "s")
            ?? throw new InvalidOperationException($"{kind} is not served.");
        if (resource.Storage!.Cache.Find(resource.Storage.KeyOf(null, value.NameOf())) is not null)
        {
            return;
        }

        BodyDecoder.Decode(value, resource.Schema, custom: false, faults: null);
        var request = Request(resource, cancellationToken);
        try
        {
            await writes.Creator.CreateAsync(request, WriteOptions.Read(request, "CreateOptions"), value, "CreateOptions").ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 409)
        {
            // Somebody else made it, over the same store.
        }
    }

    private ApiRequest Request(ServedResource resource, CancellationToken cancellationToken)
    {
        var http = new DefaultHttpContext { RequestAborted = cancellationToken };
        http.Request.Headers.UserAgent = "kube-apiserver/";
        var path = $"/{resource.Resource.BasePath}/{resource.Plural}";
        return new ApiRequest(http, RequestInfo.Parse("POST", path, RequestQuery.Empty), RequestQuery.Empty, Server, resource)
        {
            Now = parts.Time.GetUtcNow(),
        };
    }
}
