using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.ApiServer.Admission;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Wire;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Creates objects.</summary>
internal sealed class ObjectCreator(ServerParts parts)
{
    private const int NameAttempts = 8;

    /// <summary>Creates a decoded object.</summary>
    /// <param name="request">The request; its body has been read.</param>
    /// <param name="options">How to do it.</param>
    /// <param name="value">The object; may be changed.</param>
    /// <param name="optionsKind">The kind of the options, as admission webhooks are told.</param>
    /// <param name="tracked">Whether its managed fields are made already, as an apply does.</param>
    public async ValueTask<Written> CreateAsync(ApiRequest request, WriteOptions options, JsonMap value, string optionsKind, bool tracked = false)
    {
        var resource = request.Resource;
        RequireVersionless(value);
        if (resource.CreateRefusal is { } refusal)
        {
            throw ApiErrors.Forbidden(resource.Resource, value.NameOf(), refusal);
        }

        if (tracked)
        {
            resource.Strategy.SetDefaultsOfApplied(value);
        }
        else
        {
            resource.Strategy.SetDefaults(value);
        }

        var metadata = value.Metadata();
        if (!tracked)
        {
            Ownership.Of(resource, "").Update(
                new JsonMap { ["apiVersion"] = resource.ApiVersion, ["kind"] = resource.Kind }, value, options.Manager, request.Now);
            metadata = value.Metadata();
        }

        var prefix = metadata.Text("generateName") ?? "";
        var generated = metadata.Text("name") is not { Length: > 0 } && prefix.Length > 0;
        var write = new AdmissionWrite
        {
            Request = request,
            Operation = "CREATE",
            Name = value.NameOf(),
            Value = value,
            DryRun = options.DryRun,
            Options = options.ToJson(optionsKind),
        };
        using var reservations = write.Reservations;
        await parts.Admission.MutateAsync(write, request.Aborted).ConfigureAwait(false);
        OwnerReferences.Deduplicate(request, value);
        metadata = value.Metadata();
        SetSystemFields(metadata, request);
        resource.Strategy.PrepareCreate(value);
        if (resource.Strategy.CountsGeneration)
        {
            metadata["generation"] = 1;
        }

        for (var attempt = 1; ; attempt++)
        {
            if (generated)
            {
                metadata["name"] = GeneratedNames.Next(prefix);
            }

            Validate(request, value);
            await parts.Admission.ValidateAsync(write with { Name = value.NameOf() }, request.Aborted).ConfigureAwait(false);
            foreach (var warning in resource.Strategy.Warnings(value))
            {
                request.Warn(warning);
            }

            if (await StoreAsync(request, options, value).ConfigureAwait(false) is { } written)
            {
                if (!options.DryRun)
                {
                    reservations.Keep();
                }

                return written;
            }

            if (!generated || attempt == NameAttempts)
            {
                throw ApiErrors.AlreadyExists(resource.Resource, value.NameOf());
            }
        }
    }

    /// <summary>Requires the right to create, of a request that was let in with another one: a patch or a replacement of what is not there.</summary>
    /// <exception cref="ApiException">403 without it.</exception>
    public async ValueTask RequireRightAsync(ApiRequest request)
    {
        var resource = request.Resource;
        var access = new AccessRequest
        {
            User = request.User, Verb = "create", Group = resource.Group, Resource = resource.Plural, Namespace = request.Namespace, Name = request.Name,
        };
        if (!(await parts.Authorizer.AuthorizeAsync(access, request.Aborted).ConfigureAwait(false)).Allowed)
        {
            throw ApiErrors.Forbidden(resource.Resource, request.Name, $"user \"{request.User.Name}\" may change but not create {resource.Plural}");
        }
    }

    private static void RequireVersionless(JsonMap value)
    {
        if (value.VersionOf() is { Length: > 0 } version && version != "0")
        {
            throw ApiErrors.Plain(500, "resourceVersion should not be set on objects to be created");
        }
    }

    private static void SetSystemFields(JsonMap metadata, ApiRequest request)
    {
        if (!request.Resource.Namespaced)
        {
            metadata.Remove("namespace");
        }

        foreach (var field in (ReadOnlySpan<string>)["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion"])
        {
            metadata.Remove(field);
        }

        metadata["uid"] = Guid.NewGuid().ToString("D", CultureInfo.InvariantCulture);
        metadata["creationTimestamp"] = ObjectMetadata.Timestamp(request.Now);
    }

    private static void Validate(ApiRequest request, JsonMap value)
    {
        var errors = new FieldErrors();
        MetadataRules.ValidateCreate(value, request.Resource, errors);
        request.Resource.Strategy.ValidateCreate(value, errors);
        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(request.Resource.RefusedKind, value.NameOf(), errors);
        }
    }

    private async ValueTask<Written?> StoreAsync(ApiRequest request, WriteOptions options, JsonMap value)
    {
        var resource = request.Resource;
        var storage = resource.Storage!;
        var key = storage.KeyOf(resource.Namespaced ? request.Namespace : null, value.NameOf());
        var bytes = await StoredForm.EncodeAsync(resource, value, request.Aborted).ConfigureAwait(false);
        if (options.DryRun)
        {
            var there = await parts.Store.GetAsync(key, request.Aborted).ConfigureAwait(false);
            return there is null ? new(201, resource.Reader is null ? bytes : ObjectEncoder.Encode(value), value) : null;
        }

        var outcome = await parts.Store.CreateAsync(key, bytes, request.Aborted).ConfigureAwait(false);
        if (!outcome.Succeeded)
        {
            return null;
        }

        return new(201, await StoredForm.AnswerAsync(resource, bytes, outcome.Revision, request.Aborted).ConfigureAwait(false), value);
    }
}
