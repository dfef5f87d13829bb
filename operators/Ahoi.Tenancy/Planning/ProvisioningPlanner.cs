using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>Decides on the job that makes database and roles in a server, and changes them later.</summary>
internal static class ProvisioningPlanner
{
    // Names and verifiers come as psql variables and are quoted by the server; nothing is pasted into the script. It can
    // be run any number of times: a role's verifier is the same text every time. Kubernetes takes $$ in a command for $.
    private const string Script =
        """
        set -eu
        until pg_isready --quiet; do sleep 1; done
        psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set owner="$OWNER" --set db="$DATABASE" --set pool="$POOL_ROLE" \
          --set a="$ROLE_A" --set a_verifier="$VERIFIER_A" --set b="$ROLE_B" --set b_verifier="$VERIFIER_B" <<'SQL'
        SELECT format('CREATE ROLE %I NOLOGIN', :'owner') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
        SELECT format('CREATE ROLE %I NOLOGIN', role) FROM unnest(ARRAY[:'a', :'b', :'pool']) AS role WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
        SELECT format('GRANT %I TO %I', :'owner', role) FROM unnest(ARRAY[:'a', :'b']) AS role \gexec
        SELECT format('ALTER ROLE %I SET role = %L', role, :'owner') FROM unnest(ARRAY[:'a', :'b']) AS role \gexec
        SELECT CASE verifier WHEN '' THEN format('ALTER ROLE %I NOLOGIN PASSWORD NULL', role) ELSE format('ALTER ROLE %I LOGIN PASSWORD %L', role, verifier) END
          FROM (VALUES (:'a', :'a_verifier'), (:'b', :'b_verifier')) AS logins(role, verifier) \gexec
        SELECT format('ALTER ROLE %I LOGIN', :'pool') \gexec
        SELECT format('CREATE DATABASE %I OWNER %I', :'db', :'owner') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'db') \gexec
        SELECT format('GRANT CONNECT ON DATABASE %I TO %I', :'db', :'pool') \gexec
        \connect :"db"
        CREATE SCHEMA IF NOT EXISTS ahoi_pool;
        CREATE OR REPLACE FUNCTION ahoi_pool.lookup(name text) RETURNS TABLE (usename text, passwd text)
          LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
            SELECT rolname::text, rolpassword FROM pg_authid
            WHERE rolname = name AND rolcanlogin AND NOT rolsuper AND NOT rolreplication AND (rolvaliduntil IS NULL OR rolvaliduntil > now())
          $body$;
        REVOKE ALL ON SCHEMA ahoi_pool FROM PUBLIC;
        REVOKE ALL ON FUNCTION ahoi_pool.lookup(text) FROM PUBLIC;
        GRANT USAGE ON SCHEMA ahoi_pool TO :"pool";
        GRANT EXECUTE ON FUNCTION ahoi_pool.lookup(text) TO :"pool";
        SQL
        """;

    /// <summary>The job's name. A Job cannot be changed, so it says what the job was made from.</summary>
    public static string JobName(Database database, TenancyOptions options, DatabaseLogins logins) =>
        $"{database.Metadata.Name}-provision-{Fingerprint.Of(Script, options.DatabaseImage, logins.VerifierOf(DatabaseLogins.FirstRole), logins.VerifierOf(DatabaseLogins.SecondRole))}";

    public static V1Job Job(Database database, TenancyOptions options, DatabaseLogins logins) => DatabaseJob.Of(
        DatabasePlanner.Metadata(database, JobName(database, options, logins)),
        options,
        "provision",
        Script,
        [
            .. AdminConnection(database),
            new V1EnvVar { Name = "OWNER", Value = DatabaseNames.Owner },
            new V1EnvVar { Name = "DATABASE", Value = DatabaseNames.Owner },
            new V1EnvVar { Name = "POOL_ROLE", Value = DatabaseNames.PoolRole },
            new V1EnvVar { Name = "ROLE_A", Value = DatabaseLogins.FirstRole },
            Verifier(database, logins, "VERIFIER_A", DatabaseLogins.FirstRole),
            new V1EnvVar { Name = "ROLE_B", Value = DatabaseLogins.SecondRole },
            Verifier(database, logins, "VERIFIER_B", DatabaseLogins.SecondRole),
        ],
        [AuthorityMount],
        [AuthorityVolume(database)]);

    /// <summary>The environment by which psql and its like connect to the server as its administrator.</summary>
    public static IEnumerable<V1EnvVar> AdminConnection(Database database) =>
    [
        new V1EnvVar { Name = "PGHOST", Value = DatabaseNames.Host(database) },
        new V1EnvVar { Name = "PGPORT", Value = DatabaseNames.Port.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        new V1EnvVar { Name = "PGUSER", Value = "postgres" },
        DatabasePlanner.FromSecret("PGPASSWORD", DatabaseNames.AdminSecret(database), "password"),
        new V1EnvVar { Name = "PGSSLMODE", Value = "verify-full" },
        new V1EnvVar { Name = "PGSSLROOTCERT", Value = $"{ServerFiles.CertificateFolder}/ca.crt" },
    ];

    public static V1VolumeMount AuthorityMount => new() { Name = "tls", MountPath = ServerFiles.CertificateFolder, ReadOnlyProperty = true };

    public static V1Volume AuthorityVolume(Database database) => new()
    {
        Name = "tls",
        Secret = new V1SecretVolumeSource
        {
            SecretName = DatabaseNames.ServerCertificateSecret(database),
            Items = [new V1KeyToPath { Key = "ca.crt", Path = "ca.crt" }],
        },
    };

    private static V1EnvVar Verifier(Database database, DatabaseLogins logins, string name, string role) => logins.VerifierOf(role).Length > 0
        ? DatabasePlanner.FromSecret(name, DatabaseNames.LoginsSecret(database), $"{role}.verifier")
        : new V1EnvVar { Name = name, Value = "" };
}
