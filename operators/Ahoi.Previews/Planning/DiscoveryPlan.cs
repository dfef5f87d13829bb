using Ahoi.Previews.Api;

namespace Ahoi.Previews.Planning;

/// <summary>What a complete listing of branches means for the Previews of an app.</summary>
/// <param name="Wanted">The branches that are to have a Preview now, with the Preview's name, digits and commit.</param>
/// <param name="Missing">The branches with a Preview that were not listed.</param>
/// <param name="Delete">The names of Previews that are to be deleted.</param>
/// <param name="Doubt">Why the listing is not believed; nothing is deleted then.</param>
/// <param name="Approval">What approves a deletion that is too large; none is needed where it is <see langword="null"/>.</param>
/// <param name="Left">How many branches have no Preview because there are too many.</param>
/// <param name="Unfit">How many branches have names that cannot be taken.</param>
/// <param name="Due">When a missing branch has been missing long enough.</param>
internal sealed record DiscoveryPlan(
    IReadOnlyList<WantedPreview> Wanted, IReadOnlyList<MissingBranch> Missing, IReadOnlyList<string> Delete, string? Doubt, string? Approval, int Left, int Unfit, DateTimeOffset? Due)
{
    /// <summary>Decides.</summary>
    /// <param name="app">The app, with what was missing before in its status.</param>
    /// <param name="existing">The app's Previews.</param>
    /// <param name="listed">All branches of the repository with their commits.</param>
    /// <param name="isNew">Whether the listing is another than the one that the status tells of.</param>
    /// <param name="approved">The value of the approval annotation.</param>
    /// <param name="now">The time.</param>
    public static DiscoveryPlan Make(
        PreviewApp app, IReadOnlyList<Preview> existing, IReadOnlyDictionary<string, string> listed, bool isNew, string? approved, DateTimeOffset now)
    {
        var isMeant = BranchGlob.Of(app.Spec.Source.Include, app.Spec.Source.Exclude);
        var good = listed.Keys.Where(b => BranchNames.IsGood(b)).ToList();
        var branches = good.Where(b => isMeant(b) || HostNames.Pinned(app, b) is not null).Order(StringComparer.Ordinal).ToList();
        var byBranch = existing.GroupBy(p => p.Spec.Branch, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        var doubt = Doubts(existing, listed);
        var missing = doubt is null ? Gone(app, existing, [.. branches], isNew, now) : app.Status?.Missing ?? [];
        var (delete, approval) = doubt is null ? Deletions(app, byBranch, missing, approved, now) : ([], null);

        // Branches that have a Preview keep it; others follow in order while there is room.
        var room = Math.Max(0, app.Spec.Limits.MaxPreviews - existing.Count + delete.Count);
        var fresh = branches.Where(b => !byBranch.ContainsKey(b)).OrderBy(b => HostNames.Pinned(app, b) is null).ToList();
        var taken = existing.Select(p => HostNames.HashOf(app, p.Spec)).ToHashSet(StringComparer.Ordinal);
        var wanted = new List<WantedPreview>();
        foreach (var branch in branches.Where(byBranch.ContainsKey))
        {
            var preview = byBranch[branch];
            wanted.Add(new(preview.Metadata.Name!, branch, listed[branch], preview.Spec.Hash));
        }

        foreach (var branch in fresh.Take(room))
        {
            var hash = BranchIdentity.Hash(app.Spec.Source.Repository, app.Metadata.Name!, branch, app.Spec.HashLength, taken.Contains);
            taken.Add(hash);
            wanted.Add(new($"{app.Metadata.Name}-{hash}", branch, listed[branch], hash));
        }

        var grace = TimeSpan.FromSeconds(app.Spec.Deletion.GraceSeconds);
        DateTimeOffset? due = missing.Count == 0 ? null : missing.Min(m => m.Since) + grace;
        return new(wanted, missing, delete, doubt, approval, Math.Max(0, fresh.Count - room), listed.Count - good.Count, due);
    }

    /// <summary>Why a listing is more likely wrong than true.</summary>
    private static string? Doubts(IReadOnlyList<Preview> existing, IReadOnlyDictionary<string, string> listed)
    {
        if (existing.Count == 0)
        {
            return null;
        }

        if (listed.Count == 0)
        {
            return "the repository lists no branch at all, although it had some";
        }

        // A branch can go or move between two listings, and so can a few; that all of them did is another repository.
        return existing.Count > 1 && !existing.Any(p => listed.ContainsKey(p.Spec.Branch))
            ? "the repository lists none of the branches that it had; it may be another one"
            : null;
    }

    private static List<MissingBranch> Gone(PreviewApp app, IReadOnlyList<Preview> existing, HashSet<string> present, bool isNew, DateTimeOffset now)
    {
        var before = (app.Status?.Missing ?? []).ToDictionary(m => m.Branch, StringComparer.Ordinal);
        return
        [
            .. existing.Where(p => !present.Contains(p.Spec.Branch) && !p.Spec.Keep && HostNames.Pinned(app, p.Spec.Branch) is null)
                .Select(p => p.Spec.Branch).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(branch => before.TryGetValue(branch, out var known)
                    ? known with { Listings = Math.Min(known.Listings + (isNew ? 1 : 0), app.Spec.Deletion.Confirmations) }
                    : new MissingBranch { Branch = branch, Since = now, Listings = 1 }),
        ];
    }

    private static (IReadOnlyList<string> Delete, string? Approval) Deletions(
        PreviewApp app, Dictionary<string, Preview> byBranch, IReadOnlyList<MissingBranch> missing, string? approved, DateTimeOffset now)
    {
        var grace = TimeSpan.FromSeconds(app.Spec.Deletion.GraceSeconds);
        List<string> delete =
        [
            .. missing.Where(m => m.Listings >= app.Spec.Deletion.Confirmations && m.Since + grace <= now).Select(m => byBranch[m.Branch].Metadata.Name!),
        ];
        if (delete.Count <= app.Spec.Limits.MaxDeletesPerPass)
        {
            return (delete, null);
        }

        // The approval is for these branches, and not for others that may go missing while somebody thinks about it.
        var approval = BranchIdentity.Digits("", "", string.Join('\n', delete))[..10];
        return approved == approval ? (delete, null) : ([], approval);
    }
}

/// <summary>A Preview that is to be there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Branch">Its branch.</param>
/// <param name="Commit">The branch's commit.</param>
/// <param name="Hash">The digits in its names; those that it has stay.</param>
internal sealed record WantedPreview(string Name, string Branch, string Commit, string? Hash);
