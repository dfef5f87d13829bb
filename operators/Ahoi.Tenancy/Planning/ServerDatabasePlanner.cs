using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>
/// Decides on the jobs that make, or take away, one database and its roles in a server that is shared with others. They run
/// where the server's administrator has left the credentials, and not in the customer's namespace. All names come
/// from the Database's uid: two of them never meet, whatever they are called.
/// </summary>
internal static class ServerDatabasePlanner
{
    // Since PostgreSQL 16 whoever makes a role may hand it out, but may neither act as it nor end its sessions: an administrator
    // that is no superuser makes itself a member first.
    private const string ProvisionScript =
        """
        set -eu
        until pg_isready --quiet; do sleep 1; done
        psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set owner="$OWNER" \
          --set a="$ROLE_A" --set a_verifier="$VERIFIER_A" --set b="$ROLE_B" --set b_verifier="$VERIFIER_B" <<'SQL'
        SELECT format('CREATE ROLE %I NOLOGIN', :'owner') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
        SELECT format('CREATE ROLE %I NOLOGIN', role) FROM unnest(ARRAY[:'a', :'b']) AS role WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
        SELECT format('GRANT %I TO %I', :'owner', role) FROM unnest(ARRAY[:'a', :'b']) AS role \gexec
        SELECT format('GRANT %I TO CURRENT_USER', :'owner') FROM pg_roles WHERE rolname = current_user AND NOT rolsuper \gexec
        SELECT format('ALTER ROLE %I SET role = %L', role, :'owner') FROM unnest(ARRAY[:'a', :'b']) AS role \gexec
        SELECT CASE verifier WHEN '' THEN format('ALTER ROLE %I NOLOGIN PASSWORD NULL', role) ELSE format('ALTER ROLE %I LOGIN PASSWORD %L', role, verifier) END
          FROM (VALUES (:'a', :'a_verifier'), (:'b', :'b_verifier')) AS logins(role, verifier) \gexec
        SELECT format('CREATE DATABASE %I OWNER %I', :'owner', :'owner') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'owner') \gexec
        SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'owner') \gexec
        SQL
        """;

    private const string RemoveScript =
        """
        set -eu
        until pg_isready --quiet; do sleep 1; done
        psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set owner="$OWNER" --set a="$ROLE_A" --set b="$ROLE_B" --set drop="$DROP" <<'SQL'
        SELECT format('ALTER ROLE %I NOLOGIN PASSWORD NULL', rolname) FROM pg_roles WHERE rolname IN (:'a', :'b') \gexec
        SELECT format('GRANT %I TO CURRENT_USER', role.rolname) FROM pg_roles AS role, pg_roles AS self
          WHERE role.rolname IN (:'a', :'b', :'owner') AND self.rolname = current_user AND NOT self.rolsuper \gexec
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN (:'a', :'b') \g /dev/null
        SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', :'owner') WHERE :'drop' = 'yes' \gexec
        SELECT format('DROP ROLE IF EXISTS %I', role) FROM unnest(ARRAY[:'a', :'b', :'owner']) AS role WHERE :'drop' = 'yes' \gexec
        SQL
        """;

    /// <summary>The name of the database in the server, and of the role that owns it.</summary>
    public static string NameOf(Database database) => $"db_{Fingerprint.Of(database.Metadata.Uid)}";

    public static V1Job Provision(Database database, ExistingServer server, TenancyOptions options, DatabaseLogins logins) => Job(
        database,
        server,
        options,
        ProvisionScript,
        Fingerprint.Of(ProvisionScript, options.DatabaseImage, server.Host, logins.VerifierOf(DatabaseLogins.FirstRole), logins.VerifierOf(DatabaseLogins.SecondRole)),
        [
            // Verifiers, not passwords: nobody logs in with them.
            new V1EnvVar { Name = "VERIFIER_A", Value = logins.VerifierOf(DatabaseLogins.FirstRole) },
            new V1EnvVar { Name = "VERIFIER_B", Value = logins.VerifierOf(DatabaseLogins.SecondRole) },
        ]);

    /// <summary>Makes the job that locks the roles out, and drops everything where data are to be destroyed.</summary>
    public static V1Job Remove(Database database, ExistingServer server, TenancyOptions options, bool drop) =>
        Job(database, server, options, RemoveScript, drop ? "drop" : "lock", [new V1EnvVar { Name = "DROP", Value = drop ? "yes" : "no" }]);

    private static V1Job Job(Database database, ExistingServer server, TenancyOptions options, string script, string suffix, IEnumerable<V1EnvVar> more)
    {
        var owner = NameOf(database);
        var metadata = new V1ObjectMeta
        {
            Name = $"{owner.Replace('_', '-')}-{suffix}",
            NamespaceProperty = server.SecretNamespace,
            Labels = DatabaseNames.Labels(database),
        };
        return DatabaseJob.Of(
            metadata,
            options,
            "psql",
            script,
            [
                new V1EnvVar { Name = "PGHOST", Value = server.Host },
                new V1EnvVar { Name = "PGPORT", Value = server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture) },
                new V1EnvVar { Name = "PGSSLMODE", Value = server.SslMode },
                new V1EnvVar { Name = "PGDATABASE", Value = "postgres" },
                DatabasePlanner.FromSecret("PGUSER", server.SecretName, "username"),
                DatabasePlanner.FromSecret("PGPASSWORD", server.SecretName, "password"),
                new V1EnvVar { Name = "OWNER", Value = owner },
                new V1EnvVar { Name = "ROLE_A", Value = DatabaseLogins.NameIn(DatabaseLogins.FirstRole, owner) },
                new V1EnvVar { Name = "ROLE_B", Value = DatabaseLogins.NameIn(DatabaseLogins.SecondRole, owner) },
                .. more,
            ]);
    }
}
