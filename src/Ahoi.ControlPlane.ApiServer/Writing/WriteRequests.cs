using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Reading;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Answers the requests that change something.</summary>
internal sealed class WriteRequests
{
    public WriteRequests(ServerParts parts)
    {
        Creator = new(parts);
        Updater = new(parts);
        Patches = new(Creator, Updater);
        Deletions = new(parts);
    }

    public ObjectCreator Creator { get; }

    public ObjectUpdater Updater { get; }

    public PatchRequests Patches { get; }

    public DeleteRequests Deletions { get; }

    public ValueTask HandleAsync(ApiRequest request) => request.Verb switch
    {
        "create" => CreateAsync(request),
        "update" => ReplaceAsync(request),
        "patch" => Patches.HandleAsync(request),
        "delete" => Deletions.DeleteAsync(request),
        "deletecollection" => Deletions.DeleteCollectionAsync(request),
        _ => throw ApiErrors.MethodNotAllowed(),
    };

    private async ValueTask CreateAsync(ApiRequest request)
    {
        var resource = request.Resource;
        var options = WriteOptions.Read(request, "CreateOptions");
        var value = await BodyDecoder.ReadAsync(request, options, resource.GroupVersionKind, resource.Schema, resource.IsCustom).ConfigureAwait(false);
        RequireNamespace(request, value);
        if (resource.Virtual is { } virtualResource)
        {
            var answer = await virtualResource.CreateAsync(request, value).ConfigureAwait(false);
            await ObjectAnswers.WriteObjectAsync(request, 201, JsonTree.ToUtf8(answer)).ConfigureAwait(false);
            return;
        }

        if (resource.Storage is null)
        {
            throw ApiErrors.Generic(501, "NotImplemented", $"This server does not serve {resource.Plural}.");
        }

        var written = await Creator.CreateAsync(request, options, value, "CreateOptions").ConfigureAwait(false);
        await ObjectAnswers.WriteObjectAsync(request, written.Code, written.Json).ConfigureAwait(false);
    }

    private async ValueTask ReplaceAsync(ApiRequest request)
    {
        var resource = request.Resource;
        if (request.Subresource is { Name: "scale" } scale)
        {
            var scaleOptions = WriteOptions.Read(request, "UpdateOptions");
            var body = await BodyDecoder.ReadAsync(
                request, scaleOptions, scale.Kind, Schemas.BuiltInSchemas.Find(scale.Kind), custom: false).ConfigureAwait(false);
            RequireName(request, body);
            var scaled = await ScaleChanges.ReplaceAsync(Updater, request, scaleOptions, body).ConfigureAwait(false);
            await ObjectAnswers.WriteObjectAsync(request, scaled.Code, scaled.Json).ConfigureAwait(false);
            return;
        }

        var options = WriteOptions.Read(request, "UpdateOptions");
        var value = await BodyDecoder.ReadAsync(request, options, resource.GroupVersionKind, resource.Schema, resource.IsCustom).ConfigureAwait(false);
        RequireName(request, value);
        RequireNamespace(request, value);
        resource.Strategy.SetDefaults(value);
        var subresource = request.Subresource?.Name ?? "";
        Func<ValueTask<Written>>? missing = resource.Strategy.AllowsCreateOnUpdate && subresource.Length == 0
            ? async () =>
            {
                await Creator.RequireRightAsync(request).ConfigureAwait(false);
                return await Creator.CreateAsync(request, options, value.DeepClone(), "UpdateOptions").ConfigureAwait(false);
            }
            : null;
        var written = await Updater.UpdateAsync(request, options, old => new(Replace(request, options, value, old)), "UpdateOptions", missing).ConfigureAwait(false);
        await ObjectAnswers.WriteObjectAsync(request, written.Code, written.Json).ConfigureAwait(false);
    }

    private static JsonMap Replace(ApiRequest request, WriteOptions options, JsonMap value, JsonMap old)
    {
        var uid = value.UidOf();
        if (uid.Length > 0 && uid != old.UidOf())
        {
            throw ApiErrors.Conflict(
                request.Resource.Resource, request.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {old.UidOf()}");
        }

        var copy = value.DeepClone();
        Ownership.Of(request.Resource, request.Subresource?.Name ?? "").Update(old, copy, options.Manager, request.Now);
        return copy;
    }

    /// <summary>Requires a body to agree with the path on the name.</summary>
    /// <exception cref="ApiException">400 otherwise.</exception>
    public static void RequireName(ApiRequest request, JsonMap value)
    {
        var name = value.NameOf();
        if (name.Length == 0)
        {
            throw ApiErrors.BadRequest("The name of the object must be given in the body: name may not be empty.");
        }

        if (name != request.Name)
        {
            throw ApiErrors.BadRequest($"The name of the object ({name}) does not match the name of the URL ({request.Name}).");
        }
    }

    /// <summary>Requires a body to agree with the path on the namespace; what it leaves out is filled in.</summary>
    /// <exception cref="ApiException">400 otherwise.</exception>
    public static void RequireNamespace(ApiRequest request, JsonMap value)
    {
        var metadata = value.Metadata();
        if (!request.Resource.Namespaced)
        {
            metadata.Remove("namespace");
            return;
        }

        var @namespace = metadata.Text("namespace") ?? "";
        if (@namespace.Length == 0)
        {
            metadata["namespace"] = request.Namespace;
        }
        else if (@namespace != request.Namespace)
        {
            throw ApiErrors.BadRequest($"The namespace of the object ({@namespace}) does not match the namespace of the URL ({request.Namespace}).");
        }
    }
}
