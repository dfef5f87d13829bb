using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.ApiServer.Reading;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Wire;
using Ahoi.ControlPlane.ApiServer.Writing;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.ApiServer.Requests;

/// <summary>Answers requests for resources.</summary>
internal sealed class ResourceRequests(ServerParts parts, WriteRequests writes)
{
    public async ValueTask HandleAsync(HttpContext http, RequestInfo info, RequestQuery query, UserInfo user)
    {
        var set = parts.Registry.Current;
        var resource = set.Find(info.Group, info.Version, info.Resource);
        if (resource is null)
        {
            if (info.Group.Length > 0 && set.FindGroup(info.Group) is not { IsCustom: false })
            {
                await PathRequests.NotFoundAsync(http).ConfigureAwait(false);
                return;
            }

            throw ApiErrors.NoSuchPath();
        }

        var subresource = info.Subresource.Length > 0 ? resource.FindSubresource(info.Subresource) : null;
        var isMissing = info.Subresource.Length > 0 && subresource is null;
        if (isMissing && !resource.IsCustom)
        {
            throw ApiErrors.NoSuchPath();
        }

        if (!FitsScope(resource, info))
        {
            if (!resource.IsCustom && info.Name.Length == 0 && !info.HasNamespaceSegment)
            {
                // The path of all namespaces serves lists and watches alone.
                throw ApiErrors.MethodNotAllowed();
            }

            await NoPathAsync(http, resource).ConfigureAwait(false);
            return;
        }

        if (isMissing)
        {
            throw ApiErrors.NotFound(resource.Resource, info.Name);
        }

        RequireVerb(resource, subresource, info);
        var watch = info.Verb == "watch";
        if (!resource.IsCustom)
        {
            Negotiation.RequireRoute(http.Request.Headers.Accept, watch);
        }

        var form = Negotiation.Choose(http.Request.Headers.Accept, Negotiation.ForResources);
        var request = new ApiRequest(http, info, query, user, resource)
        {
            Subresource = subresource,
            Form = form,
            Now = parts.Time.GetUtcNow(),
        };
        http.Items[typeof(ApiRequest)] = request;
        if (resource.Strategy.RequestWarning is { } outdated)
        {
            request.Warn(outdated);
        }

        if (resource.DeprecationWarning is { } warning)
        {
            request.Warn(warning);
        }

        if (subresource?.Handler is { } handler)
        {
            await handler.HandleAsync(request).ConfigureAwait(false);
        }
        else
        {
            await DispatchAsync(request).ConfigureAwait(false);
        }
    }

    private ValueTask DispatchAsync(ApiRequest request) => request.Verb switch
    {
        "get" => GetAsync(request),
        "list" => ListAsync(request),
        "watch" => WatchAsync(request),
        _ => writes.HandleAsync(request),
    };

    private async ValueTask GetAsync(ApiRequest request)
    {
        var resource = request.Resource;
        if (resource.Computed is { } computed)
        {
            var made = await computed.GetAsync(request).ConfigureAwait(false);
            await ObjectAnswers.WriteObjectAsync(request, 200, Ahoi.Api.Json.JsonTree.ToUtf8(made)).ConfigureAwait(false);
            return;
        }

        var storage = resource.Storage ?? throw ApiErrors.MethodNotAllowed();
        if (request.Query["resourceVersion"] is { Length: > 0 } version)
        {
            await parts.Lists.WaitForAsync(ListOptions.ReadVersion(version), request.Aborted).ConfigureAwait(false);
        }
        else
        {
            await parts.Feed.CatchUpAsync(storage, request.Aborted).ConfigureAwait(false);
        }

        var value = storage.Cache.Find(storage.KeyOf(resource.Namespaced ? request.Namespace : null, request.Name))
            ?? throw ApiErrors.NotFound(resource.Resource, request.Name);
        var json = await value.GetFormAsync(resource, request.Aborted).ConfigureAwait(false);
        if (request.Subresource is { Name: "scale" })
        {
            json = Ahoi.Api.Json.JsonTree.ToUtf8(ScaleView.Of(request, Ahoi.Api.Json.JsonTree.ParseMap(json.Span)));
        }

        await ObjectAnswers.WriteObjectAsync(request, 200, json).ConfigureAwait(false);
    }

    private async ValueTask ListAsync(ApiRequest request)
    {
        if (request.Form.As == Transformation.Table)
        {
            Tables.TableBuilder.Included(request);
        }

        if (request.Resource.Computed is { } computed)
        {
            await ObjectAnswers.WriteListAsync(request, await computed.ListAsync(request).ConfigureAwait(false), []).ConfigureAwait(false);
            return;
        }

        var options = ListOptions.Read(request.Query, request.Resource, watch: false);
        var page = await parts.Lists.ListAsync(request.Resource, request.Namespace, options, request.Aborted).ConfigureAwait(false);
        await ObjectAnswers.WriteListAsync(request, page).ConfigureAwait(false);
    }

    private async ValueTask WatchAsync(ApiRequest request)
    {
        var options = ListOptions.Read(request.Query, request.Resource, watch: true);
        await new WatchSession(request, options, parts).RunAsync().ConfigureAwait(false);
    }

    private static bool FitsScope(ServedResource resource, RequestInfo info)
    {
        if (!resource.Namespaced)
        {
            return !info.HasNamespaceSegment;
        }

        // All namespaces at once can be listed and watched, and access reviews of a namespace are made there alone.
        return info.HasNamespaceSegment || info is { Name: "", Verb: "list" or "watch" };
    }

    private static void RequireVerb(ServedResource resource, ServedSubresource? subresource, RequestInfo info)
    {
        // Collections are changed by deletion alone.
        var serves = info.Verb.Length > 0 && info.Method != "HEAD" && (info.Name.Length > 0 || info.Verb is not ("patch" or "update"))
            && (subresource is null ? resource.Serves(info.Verb) : subresource.Serves(info.Verb));
        if (serves)
        {
            return;
        }

        throw resource.IsCustom && info.Verb.Length > 0
            ? ApiErrors.MethodNotSupported(resource.Resource, info.Verb)
            : ApiErrors.MethodNotAllowed();
    }

    private static ValueTask NoPathAsync(HttpContext http, ServedResource resource) =>
        resource.IsCustom ? PathRequests.NotFoundAsync(http) : throw ApiErrors.NoSuchPath();
}
