using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Objects;

/// <summary>
/// What belongs to an object by its selector and by owner references: what it selects and nobody controls is adopted, what
/// it controls and no longer selects is let go.
/// </summary>
internal static class Owned
{
    /// <summary>Makes the reference to a controlling owner.</summary>
    public static JsonMap Reference(RawObject owner) => new()
    {
        ["apiVersion"] = owner.ApiVersion,
        ["kind"] = owner.Kind,
        ["name"] = owner.Name,
        ["uid"] = owner.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    /// <summary>Gets an owner's objects of a kind, after adopting and letting go. What is adopted gets the finalizer, where there
    /// is one, and what is let go loses it.</summary>
    public static async Task<List<RawObject>> ClaimAsync(
        ReconcileContext context, GroupVersionKind kind, LabelSelector selector, CancellationToken cancellationToken, Func<RawObject, bool>? mayAdopt = null,
        string? finalizer = null)
    {
        var owner = context.Raw;
        var claimed = new List<RawObject>();
        foreach (var value in await context.ListAsync(kind, cancellationToken, owner.Namespace).ConfigureAwait(false))
        {
            var controller = value.ControllerOwner;
            var selected = !selector.IsEmpty && selector.Matches(value.Labels);
            if (controller is not null)
            {
                if (controller.Uid != owner.Uid)
                {
                    continue;
                }

                if (selected)
                {
                    claimed.Add(value);
                }
                else if (!owner.IsBeingDeleted)
                {
                    await TryAsync(() => context.Writes.PatchAsync(value, References(value.ToMap(), owner, add: false, finalizer), cancellationToken, guarded: true)).ConfigureAwait(false);
                }
            }
            else if (selected && !owner.IsBeingDeleted && !value.IsBeingDeleted && (mayAdopt?.Invoke(value) ?? true)
                && await TryAsync(() => context.Writes.PatchAsync(value, References(value.ToMap(), owner, add: true, finalizer), cancellationToken, guarded: true)).ConfigureAwait(false) is { } adopted)
            {
                claimed.Add(adopted);
            }
        }

        return claimed;
    }

    /// <summary>Gets an object ready to be created as an owner's.</summary>
    public static JsonMap New(GroupVersionKind kind, RawObject owner, JsonMap metadata, JsonMap content)
    {
        var value = new JsonMap { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["metadata"] = metadata };
        metadata["namespace"] = owner.Namespace;
        metadata["ownerReferences"] = new JsonList { Reference(owner) };
        foreach (var (key, part) in content)
        {
            value[key] = JsonTree.DeepClone(part);
        }

        return value;
    }

    /// <summary>Makes a pod from a template.</summary>
    /// <param name="owner">Whose it is.</param>
    /// <param name="template">The template.</param>
    /// <param name="name">Its name, or <see langword="null"/> to have one generated from the owner's.</param>
    public static JsonMap Pod(RawObject owner, JsonMap template, string? name = null)
    {
        var given = template.Map("metadata") ?? [];
        var metadata = new JsonMap();
        if (name is null)
        {
            metadata["generateName"] = owner.Name + "-";
        }
        else
        {
            metadata["name"] = name;
        }

        foreach (var field in (ReadOnlySpan<string>)["labels", "annotations", "finalizers"])
        {
            if (given[field] is { } value)
            {
                metadata[field] = JsonTree.DeepClone(value);
            }
        }

        return New(Kinds.Pod, owner, metadata, new() { ["spec"] = template.Map("spec")?.DeepClone() ?? [] });
    }

    private static JsonMap References(JsonMap value, RawObject owner, bool add, string? finalizer)
    {
        var references = new JsonList();
        foreach (var reference in value.Map("metadata")?.List("ownerReferences")?.Maps ?? [])
        {
            if (reference.Text("uid") != owner.Uid)
            {
                references.Add(reference.DeepClone());
            }
        }

        if (add)
        {
            references.Add(Reference(owner));
        }

        var metadata = new JsonMap { ["ownerReferences"] = references.Count == 0 ? null : references };
        if (finalizer is not null)
        {
            var finalizers = new JsonList((value.Map("metadata")?.List("finalizers") ?? []).Where(f => f as string != finalizer));
            if (add)
            {
                finalizers.Add(finalizer);
            }

            metadata["finalizers"] = finalizers.Count == 0 ? null : finalizers;
        }

        return new() { ["metadata"] = metadata };
    }

    // Somebody else was faster, or it is gone: what changed wakes the owner again.
    private static async Task<RawObject?> TryAsync(Func<Task<RawObject>> write)
    {
        try
        {
            return await write().ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code is 404 or 409)
        {
            return null;
        }
    }
}
