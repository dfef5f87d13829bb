using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;
using k8s.Models;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>
/// Takes a database down. Data that are kept stay on volumes that outlive their claims and the namespace. Data that are
/// destroyed are backed up first, unless the Database says not to; the backup's volume is kept too.
/// </summary>
internal sealed class DatabaseRemoval(Database database, ReconcileContext context, TenancyOptions options, DatabaseService service)
{
    private static readonly GroupVersionResource VolumeResource = new("", "v1", "persistentvolumes");

    private static readonly GroupVersionKind VolumeKind = new("", "v1", "PersistentVolume");

    public async ValueTask<Finalization> RunAsync(CancellationToken cancellationToken)
    {
        var destroys = database.Spec.Deletion.Policy == DeletionPolicy.Delete;
        var claims = await context.ListAsync<V1PersistentVolumeClaim>(cancellationToken, database.Metadata.Namespace, service.HoldsData).ConfigureAwait(false);
        var data = claims.Where(c => c.Metadata.Name != DatabaseNames.BackupClaim(database)).ToList();
        if (destroys && database.Spec.Deletion.FinalBackup == FinalBackup.Required && database.Status?.BackupVolume is null
            && await BackUpAsync(data, cancellationToken).ConfigureAwait(false) is { } backup)
        {
            return Finalization.Wait(backup);
        }

        if (await service.RemoveAsync(destroys, cancellationToken).ConfigureAwait(false) is { } removal)
        {
            return Finalization.Wait(removal);
        }

        foreach (var claim in data)
        {
            if (!destroys)
            {
                await KeepVolumeAsync(claim, "data", cancellationToken).ConfigureAwait(false);
            }
            else if (await context.FindAsync(Removal.Claims, new ObjectKey(claim.Metadata.NamespaceProperty, claim.Metadata.Name), cancellationToken).ConfigureAwait(false) is { } found)
            {
                await Removal.DeleteAsync(context, Removal.ClaimResource, found, cancellationToken).ConfigureAwait(false);
            }
        }

        return Finalization.DeleteChildren;
    }

    /// <summary>Makes and checks the last backup, with the server running for it.</summary>
    /// <returns>What to wait for, or <see langword="null"/> when there is nothing to back up.</returns>
    private async ValueTask<Description?> BackUpAsync(List<V1PersistentVolumeClaim> data, CancellationToken cancellationToken)
    {
        if (data.Count == 0 && database.Spec.Provider != DatabaseProvider.Server)
        {
            return null; // There never were any data.
        }

        var job = await context.FindAsync<V1Job>(BackupPlanner.JobName(database), cancellationToken).ConfigureAwait(false);
        var claim = await context.FindAsync<V1PersistentVolumeClaim>(DatabaseNames.BackupClaim(database), cancellationToken).ConfigureAwait(false);
        if (job?.Status?.Conditions?.Any(c => c.Type == "Complete" && c.Status == "True") == true && claim?.Spec?.VolumeName is { Length: > 0 } volume)
        {
            await KeepVolumeAsync(claim, "backup", cancellationToken).ConfigureAwait(false);
            return Description.KeepingChildren()
                .WithStatus((database.Status ?? new()) with { BackupVolume = volume })
                .WithCondition(Condition.Ready, false, "BackedUp", $"The data are in {BackupPlanner.FileName} on volume {volume}.")
                .WithEvent("BackedUp", $"Wrote and checked the final backup: {BackupPlanner.FileName} on PersistentVolume {volume}, which is kept.");
        }

        var description = await service.DescribeAsync(running: true, cancellationToken).ConfigureAwait(false);
        description
            .Then("backup")
            .Add(new Child(BackupPlanner.Claim(database)) { Owned = false, Adoption = AdoptionRule.Never, Ready = _ => Readiness.Ready })
            .Add(new Child(BackupPlanner.Job(database, options)) { Adoption = AdoptionRule.Never });
        description.WithEventsOf(Condition.Ready, "BackupFailed", "BackupBlocked");
        return job?.Status?.Conditions?.Any(c => c.Type == "Failed" && c.Status == "True") == true
            ? description.WithCondition(
                Condition.Ready, false, "BackupFailed", $"The final backup failed and nothing was destroyed. Look at the logs of Job {BackupPlanner.JobName(database)} and delete it to try again, or set deletion.finalBackup to Skip.")
            : description.WithConditions(outcome =>
            [
                // A volume that there is no room for, say: the backup waits for somebody.
                outcome.Children.FirstOrDefault(c => c.State == ChildState.Failed) is { } failed
                    ? new(Condition.Ready, "False", "BackupBlocked", $"The final backup cannot be made and nothing was destroyed. {failed.Kind.Kind} {failed.Key.Name}: {failed.Message}")
                    : new(Condition.Ready, "False", "BackingUp", "The final backup is being made."),
            ]);
    }

    /// <summary>Makes a volume outlive its claim, and says on it what it holds.</summary>
    private async Task KeepVolumeAsync(V1PersistentVolumeClaim claim, string holds, CancellationToken cancellationToken)
    {
        if (claim.Spec?.VolumeName is not { Length: > 0 } name
            || await context.FindAsync(VolumeKind, new ObjectKey(null, name), cancellationToken).ConfigureAwait(false) is not { } volume)
        {
            return;
        }

        var labels = new JsonMap { [Group.Name + "/database"] = database.Metadata.Name, [Group.Name + "/holds"] = holds };
        if (database.Spec.CustomerRef is { } customer)
        {
            labels[Group.CustomerLabel] = customer.Name;
        }

        if (volume.ToMap().At("spec", "persistentVolumeReclaimPolicy") is "Retain" && labels.All(l => volume.Labels.TryGetValue(l.Key, out var value) && value == l.Value as string))
        {
            return;
        }

        try
        {
            await context.Client.PatchAsync(
                VolumeResource,
                volume.Key,
                Patch.Merge(new JsonMap
                {
                    ["metadata"] = new JsonMap { ["uid"] = volume.Uid, ["labels"] = labels },
                    ["spec"] = new JsonMap { ["persistentVolumeReclaimPolicy"] = "Retain" },
                }),
                cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            // It is gone; there is nothing to keep.
        }
    }
}
