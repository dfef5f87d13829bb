using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>Decides on the last backup of a database, made before its data are destroyed.</summary>
internal static class BackupPlanner
{
    /// <summary>The backup on its volume.</summary>
    public const string FileName = "final.dump";

    // Written aside and renamed when pg_restore could read it to the end, so that half a backup is never taken for one.
    private const string Script =
        """
        set -eu
        [ ! -e "/backup/$FILE" ] || exit 0
        until pg_isready --quiet; do sleep 1; done
        pg_dump --format=custom --dbname="$DATABASE" --file="/backup/$FILE.part"
        pg_restore --file=/dev/null "/backup/$FILE.part"
        sync "/backup/$FILE.part"
        mv "/backup/$FILE.part" "/backup/$FILE"
        """;

    public static string JobName(Database database) => $"{database.Metadata.Name}-final-backup";

    public static V1PersistentVolumeClaim Claim(Database database) =>
        DatabasePlanner.Claim(database, DatabaseNames.BackupClaim(database), StorageSize.Parse(database.Spec.Storage).Quantity);

    public static V1Job Job(Database database, TenancyOptions options) => database.Spec.Provider == DatabaseProvider.Dedicated
        ? Job(database, options, ProvisioningPlanner.AdminConnection(database), [ProvisioningPlanner.AuthorityMount], [ProvisioningPlanner.AuthorityVolume(database)])
        : Job(database, options, OwnerConnection(database), [], []);

    /// <summary>The environment by which the database's owner connects: where the server is not ours, there is nothing better.</summary>
    private static IEnumerable<V1EnvVar> OwnerConnection(Database database)
    {
        var secret = DatabaseNames.Secret(database.Metadata.Name!);
        return
        [
            DatabasePlanner.FromSecret("PGHOST", secret, "host"),
            DatabasePlanner.FromSecret("PGPORT", secret, "port"),
            DatabasePlanner.FromSecret("PGUSER", secret, "username"),
            DatabasePlanner.FromSecret("PGPASSWORD", secret, "password"),
            new V1EnvVar { Name = "PGSSLMODE", Value = "prefer" },
        ];
    }

    private static V1Job Job(
        Database database, TenancyOptions options, IEnumerable<V1EnvVar> connection, IEnumerable<V1VolumeMount> mounts, IEnumerable<V1Volume> volumes) => DatabaseJob.Of(
        DatabasePlanner.Metadata(database, JobName(database)),
        options,
        "backup",
        Script,
        [
            .. connection,
            DatabasePlanner.FromSecret("DATABASE", DatabaseNames.Secret(database.Metadata.Name!), "database"),
            new V1EnvVar { Name = "FILE", Value = FileName },
        ],
        [.. mounts, new V1VolumeMount { Name = "backup", MountPath = "/backup" }],
        [
            .. volumes,
            new V1Volume
            {
                Name = "backup",
                PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = DatabaseNames.BackupClaim(database) },
            },
        ]);
}
