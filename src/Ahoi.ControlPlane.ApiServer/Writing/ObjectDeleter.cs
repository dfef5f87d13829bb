using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.CustomResources;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Wire;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>
/// Deletes objects: at once, or, where finalizers or a grace period stand in between, by marking them. The rules are
/// those of every kind but the namespace, which waits for its content.
/// </summary>
internal sealed class ObjectDeleter(ServerParts parts)
{
    private const int Attempts = 16;

    /// <summary>Deletes an object.</summary>
    /// <returns>What came of it, or <see langword="null"/> if there is no such object.</returns>
    /// <exception cref="Ahoi.Api.Errors.ApiException">409 for a precondition that does not hold.</exception>
    public async ValueTask<Deletion?> DeleteAsync(
        ServedResource resource, string key, string name, DeletionOptions options, DateTimeOffset now, Func<JsonMap, ValueTask> admit, CancellationToken cancellationToken)
    {
        var admitted = false;
        for (var attempt = 1; ; attempt++)
        {
            var stored = await parts.Store.GetAsync(key, cancellationToken).ConfigureAwait(false);
            if (stored is null)
            {
                return null;
            }

            var old = await StoredForm.ReadAsync(resource, stored, cancellationToken).ConfigureAwait(false);
            CheckPreconditions(resource, name, old, options);
            if (!admitted)
            {
                await admit(old).ConfigureAwait(false);
                admitted = true;
            }

            var step = Decide(resource, old, options, now);
            if (step.Marked is { } marked)
            {
                var (after, value) = await MarkAsync(resource, marked, old, stored, options, cancellationToken).ConfigureAwait(false);
                if (after is null)
                {
                    RequireAnotherAttempt(resource, name, attempt);
                    continue;
                }

                (stored, old) = (after, value);
            }

            var json = ObjectBytes.WithVersion(ObjectEncoder.Encode(old), stored.Revision);
            if (!step.Delete)
            {
                return new(false, old, json);
            }

            if (options.DryRun)
            {
                return new(true, old, json);
            }

            var outcome = await parts.Store.DeleteAsync(key, stored.Revision, cancellationToken).ConfigureAwait(false);
            if (outcome.Succeeded)
            {
                return new(true, old, ObjectBytes.WithOtherVersion(json, outcome.Revision));
            }

            if (outcome.Current is null && step.Marked is not null)
            {
                // Marked by us, removed by somebody else: gone is gone.
                return new(true, old, json);
            }

            RequireAnotherAttempt(resource, name, attempt);
        }
    }

    private static void RequireAnotherAttempt(ServedResource resource, string name, int attempt)
    {
        if (attempt == Attempts)
        {
            throw ApiErrors.Stale(resource.Resource, name);
        }
    }

    private static void CheckPreconditions(ServedResource resource, string name, JsonMap old, DeletionOptions options)
    {
        // These conflicts, unlike all others, name the kind.
        var named = new GroupVersionResource(resource.Group, resource.Version, resource.Kind);
        if (options.Uid is { Length: > 0 } uid && uid != old.UidOf())
        {
            throw ApiErrors.Conflict(named, name, $"the UID in the precondition ({uid}) does not match the UID in record ({old.UidOf()}). The object might have been deleted and then recreated");
        }

        if (options.ResourceVersion is { Length: > 0 } version && version != old.VersionOf())
        {
            throw ApiErrors.Conflict(named, name, $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({old.VersionOf()}). The object might have been modified");
        }
    }

    private static Step Decide(ServedResource resource, JsonMap old, DeletionOptions options, DateTimeOffset now)
    {
        if (resource is { Group: "", Kind: "Namespace" })
        {
            return DecideNamespace(old, now);
        }

        if (resource is { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" } && !old.IsDeleting())
        {
            var definition = old.DeepClone();
            DefinitionDeletion.Begin(definition, now);
            return new(definition, false);
        }

        var metadata = old.Metadata();
        var value = old.DeepClone();
        if (old.IsDeleting() && metadata.Integer("deletionGracePeriodSeconds") is { } pending)
        {
            if (options.GracePeriod is { } shorter && shorter < pending)
            {
                SetDeletion(value.Metadata(), DeletionTime(metadata, pending, shorter, now), shorter);
                SetFinalizers(resource, value, options);
                return new(value, shorter == 0 && !value.HasFinalizers());
            }

            if (pending > 0 || options.GracePeriod is not null)
            {
                // Deletion is under way; asking for more time changes nothing.
                return pending == 0 && !old.HasFinalizers() ? new(null, true) : new(null, false);
            }

            return SetFinalizers(resource, value, options)
                ? new(value, !value.HasFinalizers())
                : new(null, !old.HasFinalizers());
        }

        var changed = SetFinalizers(resource, value, options);
        if (!old.IsDeleting() && GracePeriods.Of(resource, old, options.GracePeriod) is { } grace)
        {
            SetDeletion(value.Metadata(), now.AddSeconds(grace), grace);
            ObjectMetadata.RaiseGeneration(value.Metadata());
            return new(value, grace == 0 && !value.HasFinalizers());
        }

        if (value.HasFinalizers())
        {
            if (old.IsDeleting() && !changed)
            {
                return new(null, false);
            }

            ObjectMetadata.MarkDeleting(value, now);
            return new(value, false);
        }

        return new(null, true);
    }

    // A namespace is marked first; it goes once nothing is left in it and its finalizers are gone.
    private static Step DecideNamespace(JsonMap old, DateTimeOffset now)
    {
        if (old.IsDeleting())
        {
            var done = !old.HasFinalizers() && old.Map("spec")?.List("finalizers") is null or { Count: 0 };
            return new(null, done);
        }

        var value = old.DeepClone();
        value.Metadata()["deletionTimestamp"] = ObjectMetadata.Timestamp(now);
        value.EnsureMap("status")["phase"] = "Terminating";
        return new(value, false);
    }

    private static bool SetFinalizers(ServedResource resource, JsonMap value, DeletionOptions options)
    {
        if (PropagationFinalizers.Changed(resource, value, options) is not { } finalizers)
        {
            return false;
        }

        if (finalizers.Count == 0)
        {
            value.Metadata().Remove("finalizers");
        }
        else
        {
            value.Metadata()["finalizers"] = finalizers;
        }

        return true;
    }

    private static void SetDeletion(JsonMap metadata, DateTimeOffset at, long grace)
    {
        metadata["deletionTimestamp"] = ObjectMetadata.Timestamp(at);
        metadata["deletionGracePeriodSeconds"] = grace;
    }

    private static DateTimeOffset DeletionTime(JsonMap metadata, long pending, long shorter, DateTimeOffset now) =>
        DateTimeOffset.TryParse(metadata.Text("deletionTimestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.AddSeconds(shorter - pending)
            : now;

    private async ValueTask<(StoredValue? Stored, JsonMap Value)> MarkAsync(
        ServedResource resource, JsonMap marked, JsonMap old, StoredValue stored, DeletionOptions options, CancellationToken cancellationToken)
    {
        if (options.DryRun)
        {
            return (stored, marked);
        }

        var bytes = await StoredForm.EncodeAsync(resource, marked, cancellationToken).ConfigureAwait(false);
        var outcome = await parts.Store.UpdateAsync(stored.Key, bytes, stored.Revision, cancellationToken).ConfigureAwait(false);
        if (!outcome.Succeeded)
        {
            return (null, old);
        }

        marked.Metadata()["resourceVersion"] = outcome.Revision.ToString(CultureInfo.InvariantCulture);
        return (stored with { Value = bytes, Revision = outcome.Revision }, marked);
    }

    /// <summary>What to do next: mark the object, delete it, or both.</summary>
    private readonly record struct Step(JsonMap? Marked, bool Delete);
}
