using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Writes objects in the server's own name, through the same admission and validation as everybody's.</summary>
internal sealed class SystemWriter(ServerParts parts, WriteRequests writes)
{
    private static readonly UserInfo Server = new("system:apiserver", "", [UserInfo.MastersGroup]);

    /// <summary>Makes an object where it is missing; one that is there stays as it is.</summary>
    public async ValueTask EnsureAsync(JsonMap value, CancellationToken cancellationToken)
    {
        var resource = ResourceOf(value);
        if (!Has(value))
        {
            await CreateAsync(resource, value, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gets whether there was an object of that kind and name when the server last looked.</summary>
    public bool Has(JsonMap value)
    {
        var storage = ResourceOf(value).Storage!; // Only what is stored is written.
        return storage.Cache.Find(storage.KeyOf(NamespaceOf(value), value.NameOf())) is not null;
    }

    /// <summary>Makes an object where it is missing, and otherwise sets what is given of it.</summary>
    /// <param name="value">The object; what it has besides metadata replaces the stored object's fields of the same names.</param>
    /// <param name="merge">What to do to the stored object instead of replacing fields.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask PutAsync(JsonMap value, CancellationToken cancellationToken, Action<JsonMap>? merge = null)
    {
        var resource = ResourceOf(value);
        var request = Request(resource, "PUT", value, cancellationToken);
        await writes.Updater.UpdateAsync(
            request,
            WriteOptions.Read(request, "UpdateOptions"),
            old =>
            {
                var changed = old.DeepClone();
                (merge ?? (map => Replace(map, value)))(changed);
                BodyDecoder.Decode(changed, resource.Schema, custom: false, faults: null);
                resource.Strategy.SetDefaults(changed);
                return new(changed);
            },
            "UpdateOptions",
            () => CreateAsync(resource, value, cancellationToken)).ConfigureAwait(false);
    }

    private static void Replace(JsonMap stored, JsonMap value)
    {
        foreach (var (name, given) in value.DeepClone().Where(f => f.Key is not ("apiVersion" or "kind" or "metadata")))
        {
            stored[name] = given;
        }
    }

    private async ValueTask<Written> CreateAsync(ServedResource resource, JsonMap value, CancellationToken cancellationToken)
    {
        BodyDecoder.Decode(value, resource.Schema, custom: false, faults: null);
        var request = Request(resource, "POST", value, cancellationToken);
        try
        {
            return await writes.Creator.CreateAsync(request, WriteOptions.Read(request, "CreateOptions"), value, "CreateOptions").ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 409)
        {
            return new(200, default, value); // Somebody else made it, over the same store.
        }
    }

    private ServedResource ResourceOf(JsonMap value)
    {
        var kind = GroupVersionKind.Of(value.Text("apiVersion")!, value.Text("kind")!);
        return parts.Registry.Current.FindKind(kind) ?? throw new InvalidOperationException($"{kind} is not served.");
    }

    private static string? NamespaceOf(JsonMap value) => value.Metadata().Text("namespace");

    private ApiRequest Request(ServedResource resource, string method, JsonMap value, CancellationToken cancellationToken)
    {
        var http = new DefaultHttpContext { RequestAborted = cancellationToken };
        http.Request.Headers.UserAgent = "kube-apiserver/";
        var path = $"/{resource.Resource.BasePath}/{(NamespaceOf(value) is { } given ? $"namespaces/{given}/" : "")}{resource.Plural}";
        if (method == "PUT")
        {
            path += $"/{value.NameOf()}";
        }

        return new ApiRequest(http, RequestInfo.Parse(method, path, RequestQuery.Empty), RequestQuery.Empty, Server, resource)
        {
            Now = parts.Time.GetUtcNow(),
        };
    }
}
