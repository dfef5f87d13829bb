using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Previews.Api;
using Ahoi.Previews.Git;
using Ahoi.Previews.Hooks;
using Ahoi.Previews.Planning;
using k8s.Models;

namespace Ahoi.Previews.Reconcilers;

/// <summary>Keeps a Preview for each branch. What a repository does not list is not gone before it was missing for long
/// enough, and a listing that cannot be right deletes nothing.</summary>
internal sealed class PreviewAppReconciler(BranchListings listings, PullRequestNews news) : IReconciler<PreviewApp>, IFinalizer<PreviewApp>
{
    private static readonly GroupVersionKind PreviewKind = new(Group.Name, Group.Version, nameof(Preview));

    public async ValueTask<Description> ReconcileAsync(PreviewApp resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var target = HostNames.NamespaceOf(resource);
        var existing = await PreviewsAsync(resource, context, cancellationToken).ConfigureAwait(false);
        var description = Description.KeepingChildren();
        if (target != resource.Metadata.Namespace)
        {
            description.Add(new Child(new V1Namespace { Metadata = new V1ObjectMeta { Name = target } }) { Owned = false, CreateOnly = true }).Then("previews");
        }

        await ClaimPinnedAsync(resource, context, description, cancellationToken).ConfigureAwait(false);
        if (resource.Spec.Source.Discovery == Discovery.Manual)
        {
            return description
                .WithStatus((resource.Status ?? new()) with { PinnedGeneration = resource.Metadata.Generation, Previews = existing.Count, Missing = null })
                .WithCondition("SourceReachable", null, "Manual", "Previews are made by hand.");
        }

        var listing = await listings.OfAsync(
            context.Key, resource.Spec.Source.Repository, TimeSpan.FromSeconds(resource.Spec.Source.PollSeconds),
            () => CredentialsAsync(resource, context, cancellationToken), context.Time, cancellationToken).ConfigureAwait(false);
        var now = context.Time.GetUtcNow();
        if (listing.Branches is null || listing.Fault is not null)
        {
            return description
                .WithStatus((resource.Status ?? new()) with { PinnedGeneration = resource.Metadata.Generation, Previews = existing.Count })
                .WithCondition("SourceReachable", false, listing.Fault?.Reason ?? "Unknown", listing.Fault?.Message ?? "")
                .WithCondition(Condition.Ready, false, listing.Fault?.Reason ?? "Unknown", listing.Fault?.Message ?? "")
                .LookAgainAfter(Later(listing.Next - now));
        }

        context.Raw.Annotations.TryGetValue(Group.ApprovalAnnotation, out var approved);
        var plan = DiscoveryPlan.Make(resource, existing, listing.Branches, listing.IsNew, approved, now);
        var requests = news.Over(context.Key, resource.Status?.PullRequests, listing.Branches.ContainsKey);
        var byBranch = (requests ?? []).ToDictionary(r => r.Branch, r => r.PullRequest, StringComparer.Ordinal);
        foreach (var wanted in plan.Wanted.Where(w => !plan.Delete.Contains(w.Name)))
        {
            description.Add(new Child(Describe(resource, wanted, byBranch.GetValueOrDefault(wanted.Branch))) { Owned = false, Ready = _ => Readiness.Ready });
        }

        await DeleteAsync(plan, target, context, cancellationToken).ConfigureAwait(false);
        var next = plan.Due is { } due && due > now && due < listing.Next ? due : listing.Next;
        return Tell(description, resource, existing, plan, listing, requests, now).LookAgainAfter(Later(next - now));
    }

    public async ValueTask<Finalization> FinalizeAsync(PreviewApp resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var existing = await context.ListAsync<Preview>(cancellationToken, HostNames.NamespaceOf(resource)).ConfigureAwait(false);
        var own = existing.Where(p => IsOf(resource, p)).ToList();
        foreach (var preview in own.Where(p => p.Metadata.DeletionTimestamp is null))
        {
            if (await context.FindAsync(PreviewKind, new(preview.Metadata.Namespace, preview.Metadata.Name!), cancellationToken).ConfigureAwait(false) is { } raw)
            {
                await context.Writes.DeleteAsync(raw, cancellationToken).ConfigureAwait(false);
            }
        }

        if (own.Count > 0)
        {
            return Finalization.Wait(Description.KeepingChildren().WithCondition(Condition.Ready, false, "Deleting", $"Waiting until {own.Count} previews are gone."));
        }

        await HostClaims.ReleaseAsync(context, resource.Metadata.Uid!, _ => false, cancellationToken).ConfigureAwait(false);
        listings.Forget(context.Key);
        news.Forget(context.Key);
        return Finalization.DeleteChildren;
    }

    private static Description Tell(Description description, PreviewApp app, IReadOnlyList<Preview> existing, DiscoveryPlan plan, BranchListing listing, IReadOnlyList<BranchPullRequest>? requests, DateTimeOffset now)
    {
        var count = plan.Wanted.Select(w => w.Name).Union(existing.Select(p => p.Metadata.Name!)).Except(plan.Delete).Count();
        var status = (app.Status ?? new()) with
        {
            PinnedGeneration = app.Metadata.Generation,
            Branches = listing.Branches!.Count,
            Previews = count,
            Missing = plan.Missing.Count == 0 ? null : plan.Missing,
            PullRequests = requests,
        };
        var commits = existing.ToDictionary(p => p.Metadata.Name!, p => p.Spec.Commit, StringComparer.Ordinal);
        if (status.LastChange is null || plan.Delete.Count > 0 || plan.Wanted.Any(w => !commits.TryGetValue(w.Name, out var commit) || commit != w.Commit))
        {
            status = status with { LastChange = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()) };
        }

        description.WithStatus(status)
            .WithCondition("SourceReachable", true, "Listed")
            .WithCondition("ListingBelieved", plan.Doubt is null, plan.Doubt is null ? "Plausible" : "Implausible", plan.Doubt is null ? "" : $"Nothing is deleted: {plan.Doubt}.")
            .WithCondition(
                "DeletionPaused", plan.Approval is not null, plan.Approval is null ? "NotNeeded" : "TooMany",
                plan.Approval is null ? "" : $"More than {app.Spec.Limits.MaxDeletesPerPass} previews would be deleted at once. Annotate with {Group.ApprovalAnnotation}={plan.Approval} to let it happen.")
            .WithCondition("WithinLimit", plan.Left == 0, plan.Left == 0 ? "Enough" : "LimitReached", plan.Left == 0 ? "" : $"{plan.Left} branches have no preview, because limits.maxPreviews is {app.Spec.Limits.MaxPreviews}.")
            .WithCondition("NamesFit", plan.Unfit == 0, plan.Unfit == 0 ? "AllFit" : "BranchNameRefused", plan.Unfit == 0 ? "" : $"{plan.Unfit} branches have names that git itself would refuse, or longer than {BranchNames.Limit} bytes; they have no preview.");
        if (plan.Doubt is not null)
        {
            description.WithCondition(Condition.Ready, false, "ListingImplausible", $"Nothing is deleted: {plan.Doubt}.");
        }

        return description;
    }

    private static async Task DeleteAsync(DiscoveryPlan plan, string target, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (context.IsPlan)
        {
            return;
        }

        foreach (var name in plan.Delete)
        {
            if (await context.FindAsync(PreviewKind, new(target, name), cancellationToken).ConfigureAwait(false) is { IsBeingDeleted: false } preview)
            {
                await context.Writes.DeleteAsync(preview, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task ClaimPinnedAsync(PreviewApp app, ReconcileContext context, Description description, CancellationToken cancellationToken)
    {
        var owner = new DomainOwner { Kind = nameof(PreviewApp), Namespace = app.Metadata.Namespace!, Name = app.Metadata.Name!, Uid = app.Metadata.Uid! };
        var taken = new List<string>();
        foreach (var pinned in app.Spec.PinnedHosts ?? [])
        {
            if (await HostClaims.ClaimAsync(context, pinned.Host, owner, null, app, cancellationToken).ConfigureAwait(false) is { } other)
            {
                taken.Add($"{pinned.Host} belongs to {other}");
            }
        }

        description.WithCondition("HostsClaimed", taken.Count == 0, taken.Count == 0 ? "Claimed" : "HostTaken", taken.Count == 0 ? "" : $"{string.Join("; ", taken)}.");
        if (app.Metadata.Generation == app.Status?.PinnedGeneration)
        {
            return; // Nothing can have been taken out.
        }

        await HostClaims.ReleaseAsync(context, owner.Uid, host => app.Spec.PinnedHosts?.Any(p => p.Host == host) == true, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<GitCredentials?> CredentialsAsync(PreviewApp app, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (app.Spec.Source.CredentialsSecret is not { } name)
        {
            return null;
        }

        var secret = await context.FindAsync<V1Secret>(name, cancellationToken).ConfigureAwait(false)
            ?? throw new GitException("CredentialsMissing", $"There is no Secret {name} in namespace {app.Metadata.Namespace}, which spec.source.credentialsSecret names.");
        return new(new Dictionary<string, byte[]>(secret.Data ?? new Dictionary<string, byte[]>(), StringComparer.Ordinal));
    }

    private static JsonMap Describe(PreviewApp app, WantedPreview wanted, PullRequest? request)
    {
        var spec = new JsonMap
        {
            ["appRef"] = new JsonMap { ["namespace"] = app.Metadata.Namespace, ["name"] = app.Metadata.Name },
            ["branch"] = wanted.Branch,
            ["commit"] = wanted.Commit,
        };
        if (wanted.Hash is not null)
        {
            spec["hash"] = wanted.Hash;
        }

        if (request is not null)
        {
            spec["pullRequest"] = new JsonMap { ["number"] = request.Number, ["title"] = request.Title, ["url"] = request.Url, ["author"] = request.Author };
        }

        return new()
        {
            ["apiVersion"] = PreviewKind.ApiVersion,
            ["kind"] = PreviewKind.Kind,
            ["metadata"] = new JsonMap
            {
                ["name"] = wanted.Name,
                ["namespace"] = HostNames.NamespaceOf(app),
                ["labels"] = new JsonMap { [Group.AppLabel] = app.Metadata.Name },
            },
            ["spec"] = spec,
        };
    }

    private static async Task<IReadOnlyList<Preview>> PreviewsAsync(PreviewApp app, ReconcileContext context, CancellationToken cancellationToken) =>
        [.. (await context.ListAsync<Preview>(cancellationToken, HostNames.NamespaceOf(app)).ConfigureAwait(false)).Where(p => IsOf(app, p) && p.Metadata.DeletionTimestamp is null)];

    private static bool IsOf(PreviewApp app, Preview preview) =>
        preview.Spec.AppRef.Name == app.Metadata.Name && preview.Spec.AppRef.Namespace == app.Metadata.Namespace;

    private static TimeSpan Later(TimeSpan delay) => delay > TimeSpan.FromMilliseconds(50) ? delay : TimeSpan.FromMilliseconds(50);
}
