using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.ManagedFields;
using Ahoi.ControlPlane.ApiServer.Reading;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Changes objects through their Scale.</summary>
internal static class ScaleChanges
{
    private static readonly GroupVersionKind Scale = new("autoscaling", "v1", "Scale");
    private static readonly Lazy<FieldOwnership> Keeper = new(() => new(new(Scale, BuiltInSchemas.Find(Scale), "scale")));

    /// <summary>Replaces a Scale.</summary>
    public static ValueTask<Written> ReplaceAsync(ObjectUpdater updater, ApiRequest request, WriteOptions options, JsonMap body) =>
        UpdateAsync(updater, request, options, "UpdateOptions", old =>
        {
            var uid = body.UidOf();
            if (uid.Length > 0 && uid != old.UidOf())
            {
                throw ApiErrors.Conflict(request.Resource.Resource, request.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {old.UidOf()}");
            }

            var changed = body.DeepClone();
            Keeper.Value.Update(old, changed, options.Manager, request.Now);
            return changed;
        });

    /// <summary>Patches a Scale.</summary>
    /// <param name="updater">What carries it out.</param>
    /// <param name="request">The request.</param>
    /// <param name="options">How to do it.</param>
    /// <param name="patch">Makes the new Scale, decoded and with the managed fields of the old.</param>
    public static ValueTask<Written> PatchAsync(ObjectUpdater updater, ApiRequest request, WriteOptions options, Func<JsonMap, JsonMap> patch) =>
        UpdateAsync(updater, request, options, "PatchOptions", old =>
        {
            var changed = patch(old);
            Keeper.Value.Update(old, changed, options.Manager, request.Now);
            return changed;
        });

    /// <summary>Applies a Scale.</summary>
    public static ValueTask<Written> ApplyAsync(ObjectUpdater updater, ApiRequest request, WriteOptions options, JsonMap applied) =>
        UpdateAsync(updater, request, options, "PatchOptions", old =>
        {
            PatchRequests.RequireAppliedKind(applied, Scale);
            var merged = Keeper.Value.Apply(old, applied, options.Manager, options.Force, request.Now) ?? old.DeepClone();
            BodyDecoder.Decode(merged, BuiltInSchemas.Find(Scale), custom: false, faults: null);
            return merged;
        });

    private static async ValueTask<Written> UpdateAsync(
        ObjectUpdater updater, ApiRequest request, WriteOptions options, string optionsKind, Func<JsonMap, JsonMap> change)
    {
        var resource = request.Resource;
        var paths = request.Subresource!.Scale ?? ScalePaths.BuiltIn;
        var replicaPaths = new Dictionary<string, string?>(StringComparer.Ordinal) { [resource.ApiVersion] = paths.SpecReplicas.TrimStart('.') };
        foreach (var (version, path) in resource.ScalePathsOfOtherVersions)
        {
            replicaPaths[version] = path;
        }

        var ownership = new ScaleOwnership(replicaPaths, resource.ApiVersion);
        var written = await updater.UpdateAsync(
            request,
            options,
            async old =>
            {
                var before = ScaleView.Of(request, old);
                var entries = old.Map("metadata")?.List("managedFields");
                before.Metadata()["managedFields"] = ownership.ToScale(entries);
                var after = change(before);
                await updater.MutateAsync(request, options, optionsKind, after, before).ConfigureAwait(false);
                var replicas = after.Map("spec")?.Integer("replicas") ?? 0;
                Validate(request, after, replicas);
                var value = old.DeepClone();
                ScaleView.Set(value, paths.SpecReplicas, replicas);
                if (after.VersionOf() is { Length: > 0 } version)
                {
                    value.Metadata()["resourceVersion"] = version;
                }

                value.Metadata()["managedFields"] = ownership.ToParent(entries, after.Map("metadata")?.List("managedFields"));
                return value;
            },
            optionsKind,
            view: value => ScaleView.Of(request, value)).ConfigureAwait(false);
        var scale = ScaleView.Of(request, JsonTree.ParseMap(written.Json.Span));
        return written with { Json = JsonTree.ToUtf8(scale), Value = scale };
    }

    private static void Validate(ApiRequest request, JsonMap scale, long replicas)
    {
        if (scale.NameOf() != request.Name)
        {
            throw ApiErrors.BadRequest($"The name of the object ({scale.NameOf()}) does not match the name of the URL ({request.Name}).");
        }

        if (scale.Map("metadata")?.Text("namespace") is { Length: > 0 } @namespace && @namespace != request.Namespace)
        {
            throw ApiErrors.BadRequest($"The namespace of the object ({@namespace}) does not match the namespace of the URL ({request.Namespace}).");
        }

        // A custom kind judges the whole object, with the replicas at their place.
        if (replicas < 0 && !request.Resource.IsCustom)
        {
            var errors = new FieldErrors();
            errors.Invalid("spec.replicas", replicas, "must be greater than or equal to 0");
            throw ApiErrors.Invalid(Scale, request.Name, errors);
        }
    }
}
