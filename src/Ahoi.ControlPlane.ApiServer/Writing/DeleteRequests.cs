using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Admission;
using Ahoi.ControlPlane.ApiServer.Reading;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Wire;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Answers deletions.</summary>
internal sealed class DeleteRequests
{
    private readonly ServerParts _parts;
    private readonly ObjectDeleter _deleter;

    public DeleteRequests(ServerParts parts)
    {
        _parts = parts;
        _deleter = new(parts);
    }

    public async ValueTask DeleteAsync(ApiRequest request)
    {
        var options = await DeletionOptions.ReadAsync(request).ConfigureAwait(false);
        var deletion = await DeleteAsync(request, request.Namespace, request.Name, options).ConfigureAwait(false)
            ?? throw ApiErrors.NotFound(request.Resource.Resource, request.Name);
        var code = !deletion.Gone && options.OrphanDependents == false ? 202 : 200;
        if (!deletion.Gone || request.Resource.Strategy.DeleteAnswersObject)
        {
            await ObjectAnswers.WriteObjectAsync(request, code, deletion.Json).ConfigureAwait(false);
            return;
        }

        AnswerWriter.AddWarnings(request);
        var details = new JsonMap { ["name"] = request.Name };
        if (request.Resource.Group.Length > 0)
        {
            details["group"] = request.Resource.Group;
        }

        details["kind"] = request.Resource.Plural;
        details["uid"] = deletion.Value.UidOf();
        var status = new JsonMap
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonMap(),
            ["status"] = "Success",
            ["details"] = details,
        };
        await AnswerWriter.WriteMapAsync(request.Http, code, new(request.Form.Yaml), status).ConfigureAwait(false);
    }

    public async ValueTask DeleteCollectionAsync(ApiRequest request)
    {
        var list = ListOptions.Read(request.Query, request.Resource, watch: false);
        var options = await DeletionOptions.ReadAsync(request).ConfigureAwait(false);
        var page = await _parts.Lists.ListAsync(request.Resource, request.Namespace, list, request.Aborted).ConfigureAwait(false);
        foreach (var value in page.Objects)
        {
            var each = options.Uid is null && options.ResourceVersion is null ? options : options with { Uid = null, ResourceVersion = null };
            await DeleteAsync(request, value.Namespace.ToString(), value.Name.ToString(), each).ConfigureAwait(false);
        }

        await ObjectAnswers.WriteListAsync(request, page).ConfigureAwait(false);
    }

    /// <summary>Deletes an object for a request, admission included.</summary>
    /// <returns>What came of it, or <see langword="null"/> if there was no such object.</returns>
    public async ValueTask<Deletion?> DeleteAsync(ApiRequest request, string @namespace, string name, DeletionOptions options)
    {
        var resource = request.Resource;
        var key = resource.Storage!.KeyOf(resource.Namespaced ? @namespace : null, name);
        return await _deleter.DeleteAsync(
            resource,
            key,
            name,
            options,
            request.Now,
            async old =>
            {
                var write = new AdmissionWrite
                {
                    Request = request,
                    Operation = "DELETE",
                    Name = name,
                    Old = old,
                    DryRun = options.DryRun,
                    Options = options.ToJson(),
                };
                await _parts.Admission.MutateAsync(write, request.Aborted).ConfigureAwait(false);
                await _parts.Admission.ValidateAsync(write, request.Aborted).ConfigureAwait(false);
            },
            request.Aborted).ConfigureAwait(false);
    }
}

/// <summary>What came of a deletion.</summary>
/// <param name="Gone">Whether the object is gone, rather than marked.</param>
/// <param name="Value">The object.</param>
/// <param name="Json">The object in the version served.</param>
internal sealed record Deletion(bool Gone, JsonMap Value, ReadOnlyMemory<byte> Json);
