using Ahoi.Api.Json;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Tests.Watching;

/// <summary>What a watch asks for.</summary>
/// <param name="Plural">The resource.</param>
/// <param name="Namespace">The namespace, or the empty string for all.</param>
/// <param name="Labels">A label selector, or the empty string.</param>
/// <param name="Phase">The phase that pods must have, or the empty string.</param>
internal sealed record WatchScope(string Plural, string Namespace, string Labels, string Phase)
{
    public string Path => Namespace.Length == 0 ? $"/api/v1/{Plural}" : $"/api/v1/namespaces/{Namespace}/{Plural}";

    public string Query =>
        (Labels.Length == 0 ? "" : "&labelSelector=" + Uri.EscapeDataString(Labels))
        + (Phase.Length == 0 ? "" : "&fieldSelector=status.phase%3D" + Phase);
}

/// <summary>One event as a watcher sees it.</summary>
internal readonly record struct SeenEvent(string Type, string Name, long Revision);

/// <summary>The model: every change of the store, from which follows what each watch must have been told.</summary>
internal sealed class WatchHistory
{
    private readonly Lock _gate = new();
    private readonly List<Change> _changes = [];
    private readonly Dictionary<WatchScope, (int Changes, List<SeenEvent> Events)> _told = [];

    /// <summary>Takes down every change until cancelled.</summary>
    public async Task RecordAsync(IRevisionStore store, long after, CancellationToken cancellationToken)
    {
        await foreach (var batch in store.WatchAsync("/registry/core/", after, cancellationToken))
        {
            lock (_gate)
            {
                _changes.AddRange(batch.Select(c => new Change(c.Key, c.Revision, Read(c.Previous), Read(c.Current))));
            }
        }
    }

    /// <summary>Gets the newest revision taken down.</summary>
    public long Revision
    {
        get
        {
            lock (_gate)
            {
                return _changes.Count == 0 ? 0 : _changes[^1].Revision;
            }
        }
    }

    /// <summary>Gets the events after a revision, in order.</summary>
    public List<SeenEvent> After(WatchScope scope, long revision) => [.. All(scope).Where(e => e.Revision > revision)];

    /// <summary>Gets the objects as of a revision, in order.</summary>
    public List<SeenEvent> At(WatchScope scope, long revision)
    {
        var objects = new SortedDictionary<string, SeenEvent>(StringComparer.Ordinal);
        foreach (var seen in All(scope).TakeWhile(e => e.Revision <= revision))
        {
            if (seen.Type == "DELETED")
            {
                objects.Remove(seen.Name);
            }
            else
            {
                objects[seen.Name] = seen with { Type = "ADDED" };
            }
        }

        return [.. objects.Values];
    }

    /// <summary>Gets every event of a scope so far, in order.</summary>
    public List<SeenEvent> All(WatchScope scope)
    {
        lock (_gate)
        {
            if (!_told.TryGetValue(scope, out var told))
            {
                _told[scope] = told = (0, []);
            }

            foreach (var change in _changes.Skip(told.Changes))
            {
                if (IsIn(scope, change.Key, out var name))
                {
                    var (before, after) = (Selects(scope, change.Before), Selects(scope, change.Now));
                    if (before || after)
                    {
                        told.Events.Add(new(!before ? "ADDED" : after ? "MODIFIED" : "DELETED", name, change.Revision));
                    }
                }
            }

            _told[scope] = (_changes.Count, told.Events);
            return [.. told.Events];
        }
    }

    private static bool IsIn(WatchScope scope, string key, out string name)
    {
        var prefix = $"/registry/core/{scope.Plural}/" + (scope.Namespace.Length == 0 ? "" : scope.Namespace + "/");
        name = "";
        if (!key.StartsWith(prefix, StringComparison.Ordinal) || !key.Contains("/truth-", StringComparison.Ordinal))
        {
            // Namespaces of their own keep what the server itself writes out of the way.
            return false;
        }

        name = key[$"/registry/core/{scope.Plural}/".Length..];
        return true;
    }

    private static bool Selects(WatchScope scope, JsonMap? value)
    {
        if (value is null)
        {
            return false;
        }

        var labels = (value.At("metadata", "labels") as JsonMap ?? []).ToDictionary(l => l.Key, l => (string)l.Value!);
        return (scope.Labels.Length == 0 || LabelSelector.Parse(scope.Labels).Matches(labels))
            && (scope.Phase.Length == 0 || scope.Phase == value.At("status", "phase") as string);
    }

    private static JsonMap? Read(StoredValue? stored) => stored is null ? null : JsonTree.ParseMap(stored.Value.Span);

    private sealed record Change(string Key, long Revision, JsonMap? Before, JsonMap? Now);
}
