using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Client.Requests;
using Ahoi.Client.Transport;
using Ahoi.Framework.Informers;
using Ahoi.Framework.Objects;
using Ahoi.Framework.Planning;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>Makes the cluster as a description says: only differences are written, group after group, and what fell out
/// is deleted.</summary>
internal sealed partial class DescriptionWriter(
    ControllerDefinition definition, ObjectTypes types, Func<GroupVersionKind, Informer> children, OwnedKinds owned, Func<Informer> objects, ApiClient client, TimeProvider time, ILogger logger)
{
    private readonly ChildPlanner _planner = new(types, definition.FieldManager);
    private readonly FightDetector _fights = new(time);
    private readonly ChildVerdicts _verdicts = new();
    private readonly SemaphoreSlim[] _creations = [.. Enumerable.Range(0, 16).Select(_ => new SemaphoreSlim(1))]; // Without handles, so nothing has to be disposed of.

    /// <summary>Writes the children.</summary>
    /// <exception cref="DescriptionException">The description cannot be followed; nothing was written.</exception>
    public async Task<Outcome> WriteAsync(IClusterWriter writer, RawObject owner, bool ownerIsNamespaced, Description description, CancellationToken cancellationToken)
    {
        var encoded = _planner.Encode(description);
        var resources = new Dictionary<GroupVersionKind, ApiResource>();
        foreach (var kind in encoded.Values.Select(ChildPlanner.KindOf).Distinct())
        {
            owned.Watch(kind);
            resources[kind] = await children(kind).ReadyAsync(cancellationToken).ConfigureAwait(false);
        }

        var wanted = ChildPlanner.Complete(owner, ownerIsNamespaced, description, encoded, kind => resources[kind], DescribedByAnother);
        var outcomes = new List<ChildOutcome>(wanted.Count);
        var open = true;
        foreach (var group in wanted.GroupBy(w => w.Group).OrderBy(g => g.Key))
        {
            var written = open
                ? await Task.WhenAll(group.Select(w => WriteAsync(writer, w, owner, cancellationToken))).ConfigureAwait(false)
                : [.. group.Select(w => Outcome(w, children(w.Kind).Store.Find(w.Key), ChildState.Pending, "waits for what comes before it"))];
            outcomes.AddRange(written);
            open &= writer.LooksAhead || written.All(o => o.State == ChildState.Ready);
        }

        _verdicts.Keep(owner.Key, wanted);
        var outcome = new Outcome(types, outcomes) { Events = [.. outcomes.Select(o => o.Event).OfType<EventDraft>()] };
        if (!description.KeepsOtherChildren)
        {
            await PruneAsync(writer, owner, [.. wanted.Select(w => (w.Kind, w.Key))], definition.Options.PruneBudget, cancellationToken).ConfigureAwait(false);
        }

        return outcome;
    }

    /// <summary>Deletes children that are not kept, those of the last group first; the next group goes when they are gone.
    /// True where none is left.</summary>
    public async Task<bool> PruneAsync(
        IClusterWriter writer, RawObject owner, HashSet<(GroupVersionKind, ObjectKey)> kept, int budget, CancellationToken cancellationToken)
    {
        var left = Owned(owner).Where(o => !kept.Contains((o.Type, o.Key)) && ManagedEntry.Owns(o, definition.FieldManager)).ToList();
        if (left.Count == 0)
        {
            return true;
        }

        var last = left.Max(GroupOf);
        var now = left.Where(o => (writer.LooksAhead || GroupOf(o) == last) && !o.IsBeingDeleted).ToList();
        if (now.Count > budget)
        {
            LogPruneRefused(logger, owner.Key, now.Count, budget);
            throw new DescriptionException([$"{now.Count} children would be deleted, more than the budget of {budget}"]);
        }

        foreach (var child in now.OrderByDescending(GroupOf).ThenByDescending(o => o.CreationTimestamp).ThenBy(o => o.Kind, StringComparer.Ordinal).ThenBy(o => o.Name, StringComparer.Ordinal))
        {
            var resource = await children(child.Type).ReadyAsync(cancellationToken).ConfigureAwait(false);
            await writer.DeleteAsync(resource, child, cancellationToken).ConfigureAwait(false);
            Deleted(writer, child, owner);
        }

        return false;
    }

    /// <summary>Forgets what is remembered for an owner that is gone.</summary>
    public void Forget(ObjectKey owner)
    {
        _fights.Forget(owner);
        _verdicts.Forget(owner);
    }

    private async Task<ChildOutcome> WriteAsync(IClusterWriter writer, WantedChild wanted, RawObject owner, CancellationToken cancellationToken)
    {
        var kept = children(wanted.Kind).Store.Find(wanted.Key);
        if (!definition.MetadataKinds.Contains(wanted.Kind))
        {
            return await WriteAsync(writer, wanted, owner, kept, cancellationToken).ConfigureAwait(false);
        }

        if (kept is not null && !writer.LooksAhead && _verdicts.Find(owner.Key, wanted, kept.ResourceVersion) is { } known)
        {
            return Outcome(wanted, kept, known.State, known.Message) with { IsMetadataAlone = true };
        }

        // Only the whole object tells what it is like; afterwards the verdict is kept, and the object is not.
        RawObject? whole;
        try
        {
            whole = kept is null ? null : await client.FindAsync(wanted.Resource.Resource, wanted.Key, null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ApiException or TransportException)
        {
            return Outcome(wanted, kept, ChildState.Failed, exception.Message) with { Fault = exception, IsMetadataAlone = true };
        }

        var outcome = await WriteAsync(writer, wanted, owner, whole, cancellationToken).ConfigureAwait(false);
        if (!writer.LooksAhead && outcome is { Fault: null, Again: null, Event: null, Live: { } live })
        {
            _verdicts.Note(owner.Key, wanted, live.ResourceVersion, outcome.State, outcome.Message);
        }

        return outcome with { IsMetadataAlone = true, Live = outcome.Live?.WithMetadataAlone(wanted.Kind) };
    }

    private async Task<ChildOutcome> WriteAsync(
        IClusterWriter writer, WantedChild wanted, RawObject owner, RawObject? live, CancellationToken cancellationToken)
    {
        if (live is not null || wanted.Child.Owned || wanted.Child.Adoption != AdoptionRule.Never || writer.LooksAhead)
        {
            return await WriteKnownAsync(writer, wanted, owner, live, cancellationToken).ConfigureAwait(false);
        }

        // Of two objects that want to make the same one, the second has to see what the first has made.
        var turn = _creations[(uint)HashCode.Combine(wanted.Kind, wanted.Key) % _creations.Length];
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await WriteKnownAsync(writer, wanted, owner, children(wanted.Kind).Store.Find(wanted.Key), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<ChildOutcome> WriteKnownAsync(
        IClusterWriter writer, WantedChild wanted, RawObject owner, RawObject? live, CancellationToken cancellationToken)
    {
        // What was applied to this very version, or found to be as wanted, need not be compared: it would come out the same. So
        // an apply that changed nothing although it seemed necessary is not sent again either.
        if (live is not null && _verdicts.Find(owner.Key, wanted, live.ResourceVersion) is not null)
        {
            return Judged(wanted, live, null);
        }

        var map = live?.ToMap(); // Decoded once, for the comparison and for the readiness.
        var decision = _planner.Decide(wanted, live, map, owner, DescribedByAnother);
        switch (decision.Action)
        {
            case ChildAction.Wait:
                return Outcome(wanted, live, ChildState.Waiting, decision.Why);
            case ChildAction.Refuse:
                return Outcome(wanted, live, ChildState.Failed, decision.Why) with { IsRefused = true };
            case ChildAction.Create or ChildAction.Apply:
                return await ApplyAsync(writer, wanted, owner, live, decision.Why, cancellationToken).ConfigureAwait(false);
            default:
                Note(writer, owner, wanted, live!); // What is to be kept is there.
                return Judged(wanted, live!, map);
        }
    }

    private async Task<ChildOutcome> ApplyAsync(
        IClusterWriter writer, WantedChild wanted, RawObject owner, RawObject? live, string why, CancellationToken cancellationToken)
    {
        if (!writer.LooksAhead && live is not null && _fights.Current(owner.Key, wanted.Kind, wanted.Key, wanted.Fingerprint) is { } fight)
        {
            return Outcome(wanted, live, ChildState.Waiting, $"{fight}; it is left alone for now") with { Again = fight.Pause };
        }

        why = why.Length == 0 ? "it was not there" : why;
        RawObject written;
        try
        {
            written = await writer.ApplyAsync(wanted.Resource, wanted.Key, wanted.Content, live, null, why, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ApiException or TransportException)
        {
            return Outcome(wanted, live, ChildState.Failed, exception.Message) with { Fault = exception };
        }

        Applied(writer, wanted, owner, why);
        Note(writer, owner, wanted, written);
        var outcome = Judged(wanted, written, null);
        return live is not null && !writer.LooksAhead && live.ResourceVersion != written.ResourceVersion
            && _fights.SetRight(owner.Key, wanted.Kind, wanted.Key, wanted.Fingerprint, () => FieldDifferences.Of(live, written).FirstOrDefault(why), live.LastManager) is { } started
            ? outcome with { Event = Report(started, wanted, owner) }
            : outcome;
    }

    /// <summary>What became of a child that is as it should be; <paramref name="map"/> is what it is made of, where that is known.</summary>
    private static ChildOutcome Judged(WantedChild wanted, RawObject live, JsonMap? map)
    {
        var readiness = map is null && wanted.Child.Ready == KnownReadiness.Default && KnownReadiness.IsReadyByBeingThere(live)
            ? Readiness.Ready
            : wanted.Child.Ready(map ?? live.ToMap());
        return Outcome(wanted, live, readiness.State switch
        {
            ReadinessState.Ready => ChildState.Ready,
            ReadinessState.Failed => ChildState.Failed,
            _ => ChildState.Waiting,
        }, readiness.Message);
    }

    /// <summary>Remembers that a version is as described. Of kinds whose content is not kept, more is remembered elsewhere.</summary>
    private void Note(IClusterWriter writer, RawObject owner, WantedChild wanted, RawObject live)
    {
        if (!writer.LooksAhead && !definition.MetadataKinds.Contains(wanted.Kind))
        {
            _verdicts.Note(owner.Key, wanted, live.ResourceVersion);
        }
    }

    private EventDraft Report(Fight fight, WantedChild wanted, RawObject owner)
    {
        LogFight(logger, owner.Key, wanted.Kind.Kind, wanted.Key, fight, fight.Pause);
        return new(EventType.Warning, "Fight", $"{wanted.Kind.Kind} {wanted.Key}: {fight}. It is left alone for {fight.Pause.TotalSeconds:0} s; let one of both decide.");
    }

    private DescribedBy? DescribedByAnother(GroupVersionKind kind, ObjectKey key) =>
        children(kind).Store.Find(key) is { } live
        && DescribedBy.Of(live) is { } by
        && by.Kind == definition.Kind.Kind && by.Group == definition.Kind.Group
        && objects().Store.Find(by.Key)?.Uid == by.Uid
            ? by
            : null;

    private IEnumerable<RawObject> Owned(RawObject owner) =>
        owned.Kinds.Select(children).Where(i => i.IsSynced).SelectMany(i => i.Store.OwnedBy(owner.Uid));

    private static int GroupOf(RawObject child) =>
        child.Annotations.TryGetValue(ChildPlanner.GroupAnnotation, out var text)
        && int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var group)
            ? group
            : 0;

    private void Applied(IClusterWriter writer, WantedChild wanted, RawObject owner, string why)
    {
        if (!writer.LooksAhead)
        {
            LogChildWritten(logger, wanted.Kind.Kind, wanted.Key, owner.Key, why);
        }
    }

    private void Deleted(IClusterWriter writer, RawObject child, RawObject owner)
    {
        if (!writer.LooksAhead)
        {
            LogChildDeleted(logger, child.Kind, child.Key, owner.Key);
        }
    }

    private static ChildOutcome Outcome(WantedChild wanted, RawObject? live, ChildState state, string message) =>
        new(wanted.Kind, wanted.Key, wanted.GroupName, state, message, live);

    [LoggerMessage(FrameworkEventIds.ChildWritten, LogLevel.Information, "Applied {Kind} {Child} for {Key}: {Why}")]
    private static partial void LogChildWritten(ILogger logger, string kind, ObjectKey child, ObjectKey key, string why);

    [LoggerMessage(FrameworkEventIds.ChildDeleted, LogLevel.Information, "Deleted {Kind} {Child}, which {Key} does not describe any more")]
    private static partial void LogChildDeleted(ILogger logger, string kind, ObjectKey child, ObjectKey key);

    [LoggerMessage(FrameworkEventIds.PruneRefused, LogLevel.Warning, "{Key} would lose {Count} children, more than the budget of {Budget}; none is deleted")]
    private static partial void LogPruneRefused(ILogger logger, ObjectKey key, int count, int budget);

    [LoggerMessage(FrameworkEventIds.FightFound, LogLevel.Warning, "{Key}: {Kind} {Child} is set right again and again: {Fight}; it is left alone for {Pause}")]
    private static partial void LogFight(ILogger logger, ObjectKey key, string kind, ObjectKey child, Fight fight, TimeSpan pause);
}
