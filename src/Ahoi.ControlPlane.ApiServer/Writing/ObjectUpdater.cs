using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Admission;
using Ahoi.ControlPlane.ApiServer.ManagedFields;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Wire;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Changes stored objects: whatever a client sent has become a function from the old object to the new one.</summary>
internal sealed class ObjectUpdater(ServerParts parts)
{
    private const int Attempts = 8;

    /// <summary>Makes the new object of the old one.</summary>
    /// <param name="old">What is stored, in the version served; may not be changed.</param>
    /// <returns>The new object, decoded, defaulted and with its managed fields; the updater owns it.</returns>
    public delegate ValueTask<JsonMap> Change(JsonMap old);

    /// <summary>Changes an object.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">How to do it.</param>
    /// <param name="change">What to make of the object. It is asked again when somebody else was faster.</param>
    /// <param name="optionsKind">The kind of the options, as admission webhooks are told.</param>
    /// <param name="missing">What to do if there is no object; <see langword="null"/> for 404.</param>
    /// <param name="view">What admission sees instead of an object; it has then seen the change before <paramref name="change"/> made an object of it.</param>
    public async ValueTask<Written> UpdateAsync(
        ApiRequest request,
        WriteOptions options,
        Change change,
        string optionsKind,
        Func<ValueTask<Written>>? missing = null,
        Func<JsonMap, JsonMap>? view = null)
    {
        var resource = request.Resource;
        var key = resource.Storage!.KeyOf(resource.Namespaced ? request.Namespace : null, request.Name);
        var stored = await parts.Store.GetAsync(key, request.Aborted).ConfigureAwait(false);
        for (var attempt = 1; ; attempt++)
        {
            if (stored is null)
            {
                return missing is null ? throw ApiErrors.NotFound(resource.Resource, request.Name) : await missing().ConfigureAwait(false);
            }

            var old = await StoredForm.ReadAsync(resource, stored, request.Aborted).ConfigureAwait(false);
            var value = await change(old).ConfigureAwait(false);
            RequireCurrent(request, value, stored);
            var write = Write(request, options, optionsKind, value, old);
            using var reservations = write.Reservations;
            if (view is null)
            {
                await parts.Admission.MutateAsync(write, request.Aborted).ConfigureAwait(false);
            }

            OwnerReferences.Deduplicate(request, value);
            Prepare(request, value, old);
            Validate(request, value, old);
            await parts.Admission.ValidateAsync(view is null ? write : write with { Value = view(value), Old = view(old) }, request.Aborted).ConfigureAwait(false);
            foreach (var warning in resource.Strategy.Warnings(value))
            {
                request.Warn(warning);
            }

            var (written, there) = await StoreAsync(request, options, value, old, stored).ConfigureAwait(false);
            if (written is not null)
            {
                if (!options.DryRun)
                {
                    reservations.Keep();
                }

                return written;
            }

            if (attempt == Attempts)
            {
                throw ApiErrors.Stale(resource.Resource, request.Name);
            }

            stored = there;
        }
    }

    /// <summary>Lets admission change what is not an object itself, but a view of one.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">How to do it.</param>
    /// <param name="optionsKind">The kind of the options.</param>
    /// <param name="value">The changed view; may be changed.</param>
    /// <param name="old">The view as it was.</param>
    public async ValueTask MutateAsync(ApiRequest request, WriteOptions options, string optionsKind, JsonMap value, JsonMap old)
    {
        var write = Write(request, options, optionsKind, value, old);
        using var reservations = write.Reservations;
        await parts.Admission.MutateAsync(write, request.Aborted).ConfigureAwait(false);
    }

    private static AdmissionWrite Write(ApiRequest request, WriteOptions options, string optionsKind, JsonMap value, JsonMap old) => new()
    {
        Request = request,
        Operation = "UPDATE",
        Name = request.Name,
        Value = value,
        Old = old,
        DryRun = options.DryRun,
        Options = options.ToJson(optionsKind),
    };

    /// <summary>Brings the metadata into the state that validation expects: what only the server sets is the server's.</summary>
    private static void Prepare(ApiRequest request, JsonMap value, JsonMap old)
    {
        var metadata = value.Metadata();
        var before = old.Metadata();
        if (!request.Resource.Namespaced)
        {
            metadata.Remove("namespace");
        }

        ObjectMetadata.CarryOver(metadata, before, "generation");
        request.Resource.Strategy.PrepareUpdate(value, old, request.Subresource?.Name ?? "");
        metadata = value.Metadata();
        ObjectMetadata.CarryOver(metadata, before, "creationTimestamp");
        metadata.Remove("selfLink");
        if (metadata.Text("uid") is not { Length: > 0 })
        {
            ObjectMetadata.CarryOver(metadata, before, "uid");
        }

        if (before["deletionTimestamp"] is not null)
        {
            ObjectMetadata.CarryOver(metadata, before, "deletionTimestamp");
        }

        if (before["deletionGracePeriodSeconds"] is not null && metadata["deletionGracePeriodSeconds"] is null)
        {
            ObjectMetadata.CarryOver(metadata, before, "deletionGracePeriodSeconds");
        }

        if (request.Subresource is not { Name: "status" }
            && request.Resource.Strategy.CountsGeneration && request.Resource.Strategy.ChangesGeneration(value, old))
        {
            metadata["generation"] = (before.Integer("generation") ?? 0) + 1;
        }
    }

    private static void Validate(ApiRequest request, JsonMap value, JsonMap old)
    {
        var errors = new FieldErrors();
        MetadataRules.ValidateUpdate(value, old, request.Resource, errors);
        request.Resource.Strategy.ValidateUpdate(value, old, request.Subresource?.Name ?? "", errors);
        foreach (var warning in errors.Warnings)
        {
            request.Warn(warning);
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(request.Resource.RefusedKind, request.Name, errors);
        }
    }

    // A body that names a version is meant for that version alone.
    private static void RequireCurrent(ApiRequest request, JsonMap value, StoredValue stored)
    {
        var text = value.VersionOf();
        if (text is "" or "0")
        {
            if (!request.Resource.Strategy.AllowsUnconditionalUpdate)
            {
                var errors = new FieldErrors();
                errors.Invalid("metadata.resourceVersion", 0L, "must be specified for an update");
                throw ApiErrors.Invalid(request.Resource.GroupVersionKind with { Kind = request.Resource.Plural }, request.Name, errors);
            }

            value.Metadata()["resourceVersion"] = stored.Revision.ToString(CultureInfo.InvariantCulture);
            return;
        }

        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            throw ApiErrors.Plain(500, $"The resourceVersion \"{text}\" is not a number.");
        }

        if (version != (ulong)stored.Revision)
        {
            throw ApiErrors.Stale(request.Resource.Resource, request.Name);
        }
    }

    private async ValueTask<(Written? Written, StoredValue? There)> StoreAsync(
        ApiRequest request, WriteOptions options, JsonMap value, JsonMap old, StoredValue stored)
    {
        var resource = request.Resource;
        if (DeletedByUpdate(resource, value, old))
        {
            if (!options.DryRun)
            {
                var deleted = await parts.Store.DeleteAsync(stored.Key, stored.Revision, request.Aborted).ConfigureAwait(false);
                if (!deleted.Succeeded && deleted.Current is not null)
                {
                    return (null, deleted.Current);
                }
            }

            return (new(200, ObjectBytes.WithVersion(ObjectEncoder.Encode(value), stored.Revision), value), null);
        }

        FieldOwnership.KeepTimes(old, value);
        if (IsSame(value, old))
        {
            return (new(200, ObjectBytes.WithVersion(ObjectEncoder.Encode(old), stored.Revision), old), null);
        }

        var bytes = await StoredForm.EncodeAsync(resource, value, request.Aborted).ConfigureAwait(false);
        if (options.DryRun)
        {
            return (new(200, await StoredForm.AnswerAsync(resource, bytes, stored.Revision, request.Aborted).ConfigureAwait(false), value), null);
        }

        var outcome = await parts.Store.UpdateAsync(stored.Key, bytes, stored.Revision, request.Aborted).ConfigureAwait(false);
        return outcome.Succeeded
            ? (new(200, await StoredForm.AnswerAsync(resource, bytes, outcome.Revision, request.Aborted).ConfigureAwait(false), value), null)
            : (null, outcome.Current);
    }

    private static bool IsSame(JsonMap value, JsonMap old)
    {
        value.Metadata()["resourceVersion"] = old.Metadata()["resourceVersion"];
        return JsonTree.Equals(value, old);
    }

    // The last finalizer is gone: the update is the deletion.
    private static bool DeletedByUpdate(ServedResource resource, JsonMap value, JsonMap old)
    {
        if (value.HasFinalizers() || !old.IsDeleting())
        {
            return false;
        }

        return resource is { Group: "", Kind: "Namespace" }
            ? value.Map("spec")?.List("finalizers") is null or { Count: 0 }
            : old.Metadata().Integer("deletionGracePeriodSeconds") == 0;
    }
}
