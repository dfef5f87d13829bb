using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>
/// Keeps <c>metadata.managedFields</c>: who owns which field after an update, and what server-side apply makes of an
/// object. One instance serves one version of one resource and one of its subresources; it is safe for concurrent use.
/// </summary>
internal sealed class FieldOwnership
{
    private const string Kubectl = "kubectl";
    private const string BeforeFirstApply = "before-first-apply";

    /// <summary>What the server sets and nobody owns.</summary>
    private static readonly FieldSet ServerFields = FieldSet.OfPaths([
        "apiVersion", "kind", "metadata", "metadata.name", "metadata.namespace", "metadata.creationTimestamp", "metadata.selfLink",
        "metadata.uid", "metadata.clusterName", "metadata.generation", "metadata.managedFields", "metadata.resourceVersion",
    ]);

    private readonly OwnershipScope _scope;
    private readonly Schema? _schema;
    private readonly FieldSet _resets;
    private readonly string _version;
    private readonly JsonMap _nothing;
    private readonly bool _isBuiltIn;

    /// <summary>Makes the ownership of a scope.</summary>
    /// <param name="scope">What it serves.</param>
    public FieldOwnership(OwnershipScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _scope = scope;
        _version = scope.Kind.ApiVersion;
        _resets = FieldSet.OfPaths(scope.Resets);

        // Type and metadata belong to every object, though custom schemas rarely mention them.
        _schema = scope.Schema?.ForField();
        _nothing = new(2) { ["apiVersion"] = _version, ["kind"] = scope.Kind.Kind };
        if (_schema is not null)
        {
            _isBuiltIn = ReferenceEquals(BuiltInSchemas.Find(scope.Kind), scope.Schema);
            if (_isBuiltIn)
            {
                // An object of a built-in kind has some parts before anybody sets them.
                ObjectDecoder.Decode(_nothing, _schema);
            }

            _schema.EmbeddedResource = true;
        }
    }

    /// <summary>
    /// Takes the decoded managed fields of an object that a client sent for creation or update, where they must not be
    /// kept when they are not valid, and tracks what the client changed.
    /// </summary>
    /// <param name="live">The stored object at this version; an empty object (apiVersion and kind only) for a creation.</param>
    /// <param name="changed">The new object after defaulting and admission; its managed fields are replaced.</param>
    /// <param name="manager">The field manager: the parameter, or <see cref="ManagerFromUserAgent"/>.</param>
    /// <param name="now">The time of the request.</param>
    public void Update(JsonMap live, JsonMap changed, string manager, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(live);
        ArgumentNullException.ThrowIfNull(changed);
        var entries = EntriesOfUpdate(live, changed);
        changed.Map("metadata")?.Remove("managedFields");
        if (entries.Count == 0 && live.Map("metadata")?.Text("uid") is { Length: > 0 })
        {
            // Nobody tracks the object, and an update does not begin to.
            return;
        }

        var before = live.Count <= 2 ? _nothing : WithoutManagedFields(live);
        TrackUpdate(entries, before, changed, manager.Length == 0 ? "unknown" : manager, _scope.Subresource, Text(now));
        UpdaterCap.Enforce(entries);
        Write(changed, entries);
    }

    /// <summary>Applies a configuration to an object.</summary>
    /// <param name="live">The stored object at this version; an empty object (apiVersion and kind only) to create one.</param>
    /// <param name="applied">The configuration as the client sent it (neither decoded nor defaulted).</param>
    /// <param name="manager">The field manager.</param>
    /// <param name="force">Whether to take fields from other managers.</param>
    /// <param name="now">The time of the request.</param>
    /// <returns>
    /// The merged object with its new managed fields, not yet decoded or defaulted; <see langword="null"/> if nothing changes, managed
    /// fields included.
    /// </returns>
    /// <exception cref="ApiException">409 with causes of reason FieldManagerConflict; 400 for a bad configuration.</exception>
    public JsonMap? Apply(JsonMap live, JsonMap applied, string manager, bool force, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(live);
        ArgumentNullException.ThrowIfNull(applied);
        if (applied.Text("apiVersion") is { } version && version != _version)
        {
            throw BadRequest($"The applied configuration is of version {version}, the request of version {_version}.");
        }

        if (applied.Map("metadata") is { } metadata && metadata["managedFields"] is not null)
        {
            throw BadRequest("metadata.managedFields has no place in an applied configuration.");
        }

        var entries = ManagerEntry.Decode(live.Map("metadata")?.List("managedFields") ?? [])
            ?? throw new ApiException(new(500, StatusReason.Unknown, "The object's managed fields cannot be decoded."));
        if (AppliedConfiguration.FindFault(applied, _schema, _isBuiltIn) is { } fault)
        {
            throw new ApiException(new(500, StatusReason.Unknown, $"The applied configuration does not fit its type: {fault}"));
        }

        var plain = WithoutManagedFields(live);
        var text = Text(now);
        if (entries.Count == 0 && live.Count > 2)
        {
            TrackUpdate(entries, _nothing, plain, BeforeFirstApply, _scope.Subresource, text);
        }

        var before = new Dictionary<ManagerId, ManagerEntry>(entries);
        JsonMap? merged;
        try
        {
            merged = Apply(entries, plain, applied, manager, force, text);
        }
        catch (FieldConflictException conflict) when (manager == Kubectl && LastApplied.Excuses(plain, conflict.Conflicts, _schema))
        {
            entries = before;
            merged = Apply(entries, plain, applied, manager, force: true, text);
        }
        catch (FieldConflictException conflict)
        {
            throw conflict.ToApiException();
        }

        if (merged is null && !IsChanged(live, entries))
        {
            return null;
        }

        var result = (merged ?? plain).DeepClone();
        if (manager == Kubectl)
        {
            LastApplied.Update(result, applied);
        }

        Write(result, entries);
        return result;
    }

    /// <summary>
    /// Makes a write that changes nothing but the times of managed fields change nothing at all, so that it need not be
    /// stored.
    /// </summary>
    /// <param name="live">The stored object.</param>
    /// <param name="changed">The new object, decoded and defaulted; its managed fields become the stored ones where they say the same.</param>
    public static void KeepTimes(JsonMap live, JsonMap changed)
    {
        ArgumentNullException.ThrowIfNull(live);
        ArgumentNullException.ThrowIfNull(changed);
        if (live.Map("metadata")?.List("managedFields") is not { } before
            || changed.Map("metadata")?.List("managedFields") is not { } after
            || before.Count != after.Count
            || ManagerEntry.Decode(before) is not { } old
            || ManagerEntry.Decode(after) is not { } young)
        {
            return;
        }

        foreach (var (id, entry) in young)
        {
            if (!old.TryGetValue(id, out var twin) || twin.Version != entry.Version || !twin.Fields.SetEquals(entry.Fields))
            {
                return;
            }
        }

        if (JsonTree.Equals(WithoutManagedFields(live), WithoutManagedFields(changed)))
        {
            changed.Map("metadata")!["managedFields"] = before.DeepClone();
        }
    }

    /// <summary>Gets the manager of a request that names none: the user agent up to the first slash.</summary>
    /// <param name="userAgent">The User-Agent header.</param>
    /// <returns>The manager's name, at most 128 characters.</returns>
    public static string ManagerFromUserAgent(string userAgent)
    {
        ArgumentNullException.ThrowIfNull(userAgent);
        var slash = userAgent.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? userAgent : userAgent[..slash];
        return name.Length > 128 ? name[..128] : name;
    }

    private JsonMap? Apply(
        Dictionary<ManagerId, ManagerEntry> entries, JsonMap live, JsonMap applied, string manager, bool force, string now)
    {
        Reconcile(entries, live);
        var id = new ManagerId(manager, true, "", _scope.Subresource);
        var last = entries.GetValueOrDefault(id);
        var set = FieldSets.Of(applied, _schema).ExceptBelow(_resets);
        entries[id] = new(id, _version, set, last?.Time);

        var merged = ObjectMerge.Merge(live, applied, _schema);
        if (last is { Fields.IsEmpty: false })
        {
            merged = ApplyPruning.Prune(merged, last.Fields, entries.Values.Select(e => e.Fields), _schema);
        }

        var comparison = Comparison.Of(live, merged, _schema);
        comparison.Exclude(_resets);
        Disown(entries, comparison, id, force);
        var changed = !JsonTree.Equals(live, merged);
        if (entries.TryGetValue(id, out var mine))
        {
            var owned = mine.Fields.Except(ServerFields);
            if (owned.IsEmpty)
            {
                entries.Remove(id);
            }
            else
            {
                entries[id] = mine with { Fields = owned, Time = changed ? now : mine.Time };
            }
        }

        return changed ? merged : null;
    }

    private void TrackUpdate(
        Dictionary<ManagerId, ManagerEntry> entries, JsonMap live, JsonMap changed, string manager, string subresource, string now)
    {
        Reconcile(entries, live);
        var comparison = Comparison.Of(live, changed, _schema);
        comparison.Exclude(_resets);
        Disown(entries, comparison, null, force: true);
        var taken = comparison.Modified.Union(comparison.Added).ExceptBelow(_resets).Except(ServerFields);
        if (taken.IsEmpty)
        {
            return;
        }

        var entry = ManagerEntry.Of(manager, false, _version, subresource, taken, now);
        entries[entry.Id] = entries.TryGetValue(entry.Id, out var mine) ? entry with { Fields = taken.Union(mine.Fields) } : entry;
    }

    /// <summary>Takes what changed from those who owned it, or refuses if they may keep it.</summary>
    private void Disown(Dictionary<ManagerId, ManagerEntry> entries, Comparison comparison, ManagerId? except, bool force)
    {
        var changed = comparison.Modified.Union(comparison.Added);
        List<(ManagerEntry Entry, FieldSet Fields)>? conflicts = null;
        foreach (var (id, entry) in entries.ToArray())
        {
            if (id == except)
            {
                continue;
            }

            if (entry.Version != _version && !_scope.OtherVersions.ContainsKey(entry.Version))
            {
                entries.Remove(id);
                continue;
            }

            if (entry.Fields.Intersect(changed) is { IsEmpty: false } lost)
            {
                (conflicts ??= []).Add((entry, lost));
            }
        }

        if (conflicts is not null && !force)
        {
            throw new FieldConflictException(conflicts);
        }

        foreach (var (entry, lost) in conflicts ?? [])
        {
            entries[entry.Id] = entry with { Fields = entry.Fields.Except(lost) };
        }

        foreach (var (id, entry) in entries.ToArray())
        {
            var kept = id == except ? entry.Fields : entry.Fields.Except(comparison.Removed);
            if (kept.IsEmpty)
            {
                entries.Remove(id);
            }
            else
            {
                entries[id] = entry with { Fields = kept };
            }
        }
    }

    private void Reconcile(Dictionary<ManagerId, ManagerEntry> entries, JsonMap live)
    {
        // Only a definition of the users' own changes its schema under living objects.
        if (_schema is null || _isBuiltIn)
        {
            return;
        }

        foreach (var (id, entry) in entries.ToArray())
        {
            var reconciled = FieldSets.Reconcile(entry.Fields, live, _schema);
            if (!ReferenceEquals(reconciled, entry.Fields))
            {
                entries[id] = entry with { Fields = reconciled };
            }
        }
    }

    private Dictionary<ManagerId, ManagerEntry> EntriesOfUpdate(JsonMap live, JsonMap changed)
    {
        var ofLive = live.Map("metadata")?.List("managedFields") ?? [];
        if (_scope.Subresource.Length == 0 && changed.Map("metadata") is { } metadata && metadata["managedFields"] is JsonList given)
        {
            if (given.Count == 0 || given is [JsonMap { Count: 0 }])
            {
                return [];
            }

            if (ManagerEntry.Decode(given) is { Count: > 0 } entries)
            {
                return entries;
            }
        }

        return ManagerEntry.Decode(ofLive) ?? [];
    }

    private static bool IsChanged(JsonMap live, Dictionary<ManagerId, ManagerEntry> entries) =>
        !JsonTree.Equals(live.Map("metadata")?.List("managedFields") ?? [], ManagerEntry.Encode(entries.Values));

    private static void Write(JsonMap value, Dictionary<ManagerId, ManagerEntry> entries)
    {
        if (entries.Count > 0)
        {
            value.EnsureMap("metadata")["managedFields"] = ManagerEntry.Encode(entries.Values);
        }
        else
        {
            value.Map("metadata")?.Remove("managedFields");
        }
    }

    private static JsonMap WithoutManagedFields(JsonMap value)
    {
        if (value.Map("metadata") is not { } metadata || !metadata.ContainsKey("managedFields"))
        {
            return value;
        }

        var copy = new JsonMap(value.Count);
        foreach (var (name, item) in value)
        {
            copy[name] = item;
        }

        var bare = new JsonMap(metadata.Count);
        foreach (var (name, item) in metadata)
        {
            if (name != "managedFields")
            {
                bare[name] = item;
            }
        }

        copy["metadata"] = bare;
        return copy;
    }

    private static string Text(DateTimeOffset time) =>
        ApiTime.Write(time);

    private static ApiException BadRequest(string message) => new(new(400, StatusReason.BadRequest, message));
}
