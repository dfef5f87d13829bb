using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Client.Requests;
using Ahoi.Framework.Planning;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>Writes nothing: asks the server what each write would make, in a dry run, and notes the difference.</summary>
internal sealed class PlanWriter(ApiClient client, string fieldManager) : IClusterWriter
{
    private readonly Lock _gate = new();
    private readonly List<PlannedChange> _changes = [];

    public bool LooksAhead => true;

    /// <summary>Gets what was noted: what is created first, then what changes, then what goes.</summary>
    public IReadOnlyList<PlannedChange> Changes
    {
        get
        {
            lock (_gate)
            {
                return [.. _changes];
            }
        }
    }

    public async Task<RawObject> ApplyAsync(
        ApiResource resource, ObjectKey key, JsonMap content, RawObject? live, string? subresource, string why, CancellationToken cancellationToken)
    {
        var described = content;
        if (live is not null)
        {
            content = content.DeepClone();
            content.EnsureMap("metadata")["uid"] = live.Uid;
        }

        try
        {
            var result = await client.ApplyAsync(
                resource.Resource, key, content, fieldManager, force: true, new() { DryRun = true, Subresource = subresource }, cancellationToken).ConfigureAwait(false);
            if (live is null)
            {
                Note(new(PlannedAction.Create, resource.Type, key, subresource, why, FieldChanges.Between(null, Wanted(result.ToMap()))));
            }
            else if (FieldChanges.Between(live.ToMap(), result.ToMap()) is { Count: > 0 } fields)
            {
                Note(new(PlannedAction.Update, resource.Type, key, subresource, "", fields));
            }
            else if (!SameOwnership(live, result, subresource))
            {
                Note(new(PlannedAction.Update, resource.Type, key, subresource, "takes over the ownership of fields", []));
            }

            return result;
        }
        catch (ApiException exception) when (live is null && exception.Code == 404 && key.Namespace is { } @namespace)
        {
            // Its namespace is part of the same plan, or of another object's.
            var fields = FieldChanges.Between(null, Wanted(described));
            Note(new(PlannedAction.Create, resource.Type, key, subresource, $"namespace {@namespace} is not there yet", fields));
            return RawObject.FromMap(described);
        }
    }

    public Task DeleteAsync(ApiResource resource, RawObject value, CancellationToken cancellationToken)
    {
        Note(new(PlannedAction.Delete, value.Type, value.Key, null, "it is not described any more", []));
        return Task.CompletedTask;
    }

    public Task<RawObject> AddFinalizerAsync(ApiResource resource, RawObject value, string finalizer, CancellationToken cancellationToken)
    {
        NoteFinalizers(value, [.. value.Finalizers, finalizer], "before anything has an effect");
        return Task.FromResult(value);
    }

    public Task RemoveFinalizerAsync(ApiResource resource, RawObject value, string finalizer, CancellationToken cancellationToken)
    {
        NoteFinalizers(value, [.. value.Finalizers.Where(f => f != finalizer)], "everything is cleaned up");
        return Task.CompletedTask;
    }

    private void NoteFinalizers(RawObject value, IReadOnlyList<string> after, string why) => Note(new(
        PlannedAction.Update,
        value.Type,
        value.Key,
        null,
        why,
        [new(".metadata.finalizers", JsonTree.ToText(new JsonList(value.Finalizers)), JsonTree.ToText(new JsonList(after)))]));

    private void Note(PlannedChange change)
    {
        lock (_gate)
        {
            _changes.Add(change);
        }
    }

    private bool SameOwnership(RawObject live, RawObject result, string? subresource) => JsonTree.Equals(
        ManagedEntry.Applied(live, fieldManager, subresource ?? ""), ManagedEntry.Applied(result, fieldManager, subresource ?? ""));

    private static JsonMap Wanted(JsonMap created)
    {
        var wanted = created.DeepClone();
        wanted.Remove("status"); // A new object's status is the server's.
        return wanted;
    }
}
