namespace Ahoi.ControlPlane.Storage.State;

/// <summary>Everything the store holds at one revision.</summary>
internal sealed record Snapshot(SnapshotTree? Tree, long Revision)
{
    /// <summary>The state of a new store.</summary>
    public static readonly Snapshot Initial = new(null, 1);

    /// <summary>Works out what a write does to this snapshot, without changing anything.</summary>
    /// <returns>The outcome, and where it succeeds the change and the snapshot after it.</returns>
    public (WriteOutcome Outcome, StoreChange? Change, Snapshot Next) Write(WriteRequest request)
    {
        var current = SnapshotTree.Find(Tree, request.Key);
        if ((current?.Revision ?? 0) != request.ExpectedRevision)
        {
            return (new WriteOutcome(false, Revision, current), null, this);
        }

        var revision = Revision + 1;
        var value = request.Value is { } bytes
            ? new StoredValue(request.Key, bytes, current?.CreateRevision ?? revision, revision)
            : null;
        var change = new StoreChange(request.Key, revision, value, current);
        return (new WriteOutcome(true, revision, value), change, After(change));
    }

    /// <summary>Gets the snapshot after a change.</summary>
    public Snapshot After(StoreChange change) => new(
        change.Current is { } value
            ? SnapshotTree.Set(Tree, value, (uint)Random.Shared.NextInt64(uint.MaxValue))
            : SnapshotTree.Remove(Tree, change.Key),
        change.Revision);

    /// <summary>Gets the snapshot before a change.</summary>
    public Snapshot Before(StoreChange change) => new(
        change.Previous is { } value
            ? SnapshotTree.Set(Tree, value, (uint)Random.Shared.NextInt64(uint.MaxValue))
            : SnapshotTree.Remove(Tree, change.Key),
        change.Revision - 1);
}
