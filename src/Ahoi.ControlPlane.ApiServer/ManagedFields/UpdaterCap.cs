namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>Keeps the number of updaters of an object small by merging the oldest.</summary>
internal static class UpdaterCap
{
    private const int Most = 10;
    private const string Ancient = "ancient-changes";

    /// <summary>Merges the oldest updaters of each version until there are few enough.</summary>
    /// <param name="entries">The entries; changed in place.</param>
    public static void Enforce(Dictionary<ManagerId, ManagerEntry> entries)
    {
        if (entries.Count <= Most)
        {
            return;
        }

        var updaters = entries.Values.Where(e => !e.Id.IsApply)
            .OrderBy(e => e.Seconds())
            .ThenBy(e => e.Id.Name, StringComparer.Ordinal)
            .ThenBy(e => e.Version, StringComparer.Ordinal)
            .ToList();
        var count = updaters.Count;
        var first = new Dictionary<string, ManagerEntry>();
        foreach (var entry in updaters)
        {
            if (count <= Most)
            {
                return;
            }

            // One entry alone of a version stays as it is; the second one makes the bucket.
            if (!first.TryGetValue(entry.Version, out var oldest))
            {
                first.Add(entry.Version, entry);
                continue;
            }

            var id = new ManagerId(Ancient, false, entry.Version, "");
            if (!entries.TryGetValue(id, out var bucket))
            {
                entries.Remove(oldest.Id);
                bucket = oldest with { Id = id };
            }

            entries.Remove(entry.Id);
            entries[id] = bucket with { Fields = entry.Fields.Union(bucket.Fields), Time = entry.Time };
            count--;
        }
    }
}
