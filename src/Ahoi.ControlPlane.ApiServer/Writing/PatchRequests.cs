using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Patching;
using Ahoi.ControlPlane.ApiServer.Reading;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Schemas;
using Ahoi.ControlPlane.ApiServer.Wire;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Answers patches of all four kinds.</summary>
internal sealed class PatchRequests(ObjectCreator creator, ObjectUpdater updater)
{
    public async ValueTask HandleAsync(ApiRequest request)
    {
        var type = RequireType(request);
        var apply = type == MediaTypes.ApplyYaml;
        var options = WriteOptions.Read(request, "PatchOptions", apply);
        var faults = options.Ignores ? null : new List<string>();
        var (patch, unreadable) = await ReadAsync(request, apply, faults).ConfigureAwait(false);
        if (faults is { Count: > 0 })
        {
            Report(request, options, [.. faults.Select(f => $"duplicate field \"{f}\"")]);
        }

        var written = apply
            ? await ApplyAsync(request, options, patch as JsonMap ?? throw ApiErrors.BadRequest("An applied configuration must be an object.")).ConfigureAwait(false)
            : await PatchAsync(request, options, type, patch, unreadable).ConfigureAwait(false);
        await ObjectAnswers.WriteObjectAsync(request, written.Code, written.Json).ConfigureAwait(false);
    }

    private static string RequireType(ApiRequest request)
    {
        var type = RequestBody.MediaType(request.Http.Request);
        var custom = request.Resource.IsCustom;
        if (type is MediaTypes.JsonPatch or MediaTypes.MergePatch or MediaTypes.ApplyYaml
            || (type == MediaTypes.StrategicMergePatch && !custom))
        {
            return type;
        }

        const string Known = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml, application/strategic-merge-patch+json";
        throw custom
            ? ApiErrors.UnsupportedMediaType(Known)
            : ApiErrors.Generic(415, StatusReason.UnsupportedMediaType, "the body of the request was in an unknown format - accepted media types include: " + Known);
    }

    private ValueTask<Written> PatchAsync(ApiRequest request, WriteOptions options, string type, object? patch, ApiException? unreadable)
    {
        var resource = request.Resource;
        if (request.Subresource is { Name: "scale", Kind: var scale })
        {
            var schema = BuiltInSchemas.Find(scale);
            return ScaleChanges.PatchAsync(updater, request, options, old =>
            {
                var changed = Patch(old, type, patch, unreadable, schema);
                Decode(request, options, changed, schema, custom: false, scale);
                return changed;
            });
        }

        return updater.UpdateAsync(
            request,
            options,
            old =>
            {
                var value = Patch(old, type, patch, unreadable, resource.Schema);
                Decode(request, options, value, resource.Schema, resource.IsCustom, resource.GroupVersionKind);
                RequireSameObject(request, value);
                resource.Strategy.SetDefaults(value);
                Ownership.Of(resource, request.Subresource?.Name ?? "").Update(old, value, options.Manager, request.Now);
                return new(value);
            },
            "PatchOptions");
    }

    private ValueTask<Written> ApplyAsync(ApiRequest request, WriteOptions options, JsonMap applied)
    {
        var resource = request.Resource;
        if (request.Subresource is { Name: "scale" })
        {
            return ScaleChanges.ApplyAsync(updater, request, options, applied);
        }

        var keeper = Ownership.Of(resource, request.Subresource?.Name ?? "");
        Func<ValueTask<Written>>? missing = request.Subresource is null ? CreateAsync : null;
        return updater.UpdateAsync(
            request,
            options,
            old =>
            {
                RequireAppliedKind(applied, resource.GroupVersionKind);
                var merged = keeper.Apply(old, applied, options.Manager, options.Force, request.Now);
                if (merged is null)
                {
                    return new(old.DeepClone());
                }

                Decode(request, options, merged, resource.Schema, resource.IsCustom, resource.GroupVersionKind);
                RequireSameObject(request, merged);
                resource.Strategy.SetDefaultsOfApplied(merged);
                return new(merged);
            },
            "PatchOptions",
            missing);

        async ValueTask<Written> CreateAsync()
        {
            await creator.RequireRightAsync(request).ConfigureAwait(false);
            RequireAppliedKind(applied, resource.GroupVersionKind);
            if (applied.UidOf() is { Length: > 0 } uid)
            {
                throw ApiErrors.Conflict(resource.Resource, request.Name, $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
            }

            var nothing = new JsonMap { ["apiVersion"] = resource.ApiVersion, ["kind"] = resource.Kind };
            var value = keeper.Apply(nothing, applied, options.Manager, options.Force, request.Now) ?? nothing;
            Decode(request, options, value, resource.Schema, resource.IsCustom, resource.GroupVersionKind);
            var metadata = value.Metadata();
            if (metadata.Text("name") is not { Length: > 0 })
            {
                metadata["name"] = request.Name;
            }

            RequireSameObject(request, value);
            metadata.Remove("resourceVersion");
            return await creator.CreateAsync(request, options, value, "PatchOptions", tracked: true).ConfigureAwait(false);
        }
    }

    /// <summary>Refuses a configuration that does not say that it is for the kind it is applied to.</summary>
    /// <param name="applied">The configuration.</param>
    /// <param name="kind">The kind of the request.</param>
    public static void RequireAppliedKind(JsonMap applied, Ahoi.Api.Objects.GroupVersionKind kind)
    {
        if (applied.Text("apiVersion") != kind.ApiVersion || applied.Text("kind") != kind.Kind)
        {
            throw ApiErrors.BadRequest($"invalid object type: {applied["apiVersion"]}, Kind={applied["kind"]}");
        }
    }

    /// <summary>Reads the patch. What cannot be read is refused once the object is known to be there: it is 404 before.</summary>
    private static async ValueTask<(object? Patch, ApiException? Unreadable)> ReadAsync(ApiRequest request, bool apply, List<string>? faults)
    {
        try
        {
            return apply
                ? (await RequestBody.ReadYamlAsync(request.Http.Request, faults).ConfigureAwait(false), null)
                : (await RequestBody.ReadJsonAsync(request.Http.Request, faults).ConfigureAwait(false), null);
        }
        catch (ApiException exception) when (!apply && exception.Code == 400)
        {
            return (null, exception);
        }
    }

    private static JsonMap Patch(JsonMap old, string type, object? patch, ApiException? unreadable, Schema? schema) => unreadable is not null ? throw unreadable : type switch
    {
        MediaTypes.JsonPatch => JsonPatch.Apply(old, patch),
        MediaTypes.MergePatch => MergePatch.Apply(old, patch),
        _ => StrategicMergePatch.Apply(old, patch, schema ?? throw ApiErrors.Plain(500, "The kind has no type to merge by.")),
    };

    private static void Decode(
        ApiRequest request, WriteOptions options, JsonMap value, Schema? schema, bool custom, Ahoi.Api.Objects.GroupVersionKind kind)
    {
        var faults = options.Ignores ? null : new List<string>();
        if (custom && value.Text("apiVersion") is { Length: > 0 } version && version != kind.ApiVersion)
        {
            var errors = new FieldErrors();
            errors.Invalid("apiVersion", version, $"must be {kind.ApiVersion}");
            throw ApiErrors.Invalid(kind, request.Name, errors);
        }

        try
        {
            BodyDecoder.RequireKind(value, kind, custom);
            BodyDecoder.Decode(value, schema, custom, faults);
        }
        catch (ApiException exception) when (exception.InnerException is DecodingException || !custom)
        {
            throw Undecodable(exception.InnerException?.Message ?? exception.Message);
        }

        Report(request, options, faults);
    }

    private static void Report(ApiRequest request, WriteOptions options, List<string>? faults)
    {
        if (faults is { Count: > 0 } && options.Strict)
        {
            throw Undecodable($"strict decoding error: {string.Join(", ", faults.Take(10))}");
        }

        foreach (var fault in faults ?? [])
        {
            request.Warn(fault);
        }
    }

    private static ApiException Undecodable(string why)
    {
        var errors = new FieldErrors();
        errors.Invalid("patch", "", why);
        return ApiErrors.Invalid(new("", "", ""), "", errors);
    }

    private static void RequireSameObject(ApiRequest request, JsonMap value)
    {
        WriteRequests.RequireName(request, value);
        WriteRequests.RequireNamespace(request, value);
    }
}
