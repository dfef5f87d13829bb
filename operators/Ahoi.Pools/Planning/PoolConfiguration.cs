using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ahoi.Pools.Api;
using Ahoi.Pools.Contract;

namespace Ahoi.Pools.Planning;

/// <summary>Writes pgbouncer's configuration (https://www.pgbouncer.org/config.html). The same wishes give the same text.</summary>
internal static class PoolConfiguration
{
    /// <summary>Where pgbouncer finds the certificate by which it looks up roles.</summary>
    public const string CertificateFolder = "/etc/ahoi/tls";

    /// <summary>Where agent and pgbouncer meet.</summary>
    public const string SharedFolder = "/run/ahoi-pool";

    /// <param name="pool">The pool.</param>
    /// <param name="database">Its database.</param>
    /// <param name="cap">How many server connections each pooler may have.</param>
    /// <param name="peers">The addresses of the poolers, from the first on; <see langword="null"/> where one is not there yet.
    /// They pass on requests to cancel, and a name that was just made is not known everywhere.</param>
    public static string Render(ConnectionPool pool, DatabaseView database, int cap, IReadOnlyList<string?> peers)
    {
        var spec = pool.Spec;
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["auth_dbname"] = database.Database,
            ["auth_query"] = "SELECT usename, passwd FROM ahoi_pool.lookup($1)",
            ["auth_type"] = "scram-sha-256",
            ["auth_user"] = "ahoi_pool",
            ["default_pool_size"] = Number(cap),
            // A new server is found soon after it has come up.
            ["dns_max_ttl"] = "2",
            ["dns_nxdomain_ttl"] = "1",
            ["ignore_startup_parameters"] = "extra_float_digits,options",
            ["listen_addr"] = PoolOrders.AddressPlaceholder,
            ["listen_port"] = Number(PoolNames.Port),
            // The agent asks every second; what matters of connections is in the metrics.
            ["log_connections"] = "0",
            ["log_disconnections"] = "0",
            ["log_stats"] = "0",
            ["max_client_conn"] = Number(spec.MaxClientConnections),
            ["max_db_connections"] = Number(cap),
            ["max_prepared_statements"] = "200",
            ["peer_id"] = PoolOrders.PeerPlaceholder,
            ["pool_mode"] = spec.Mode.ToString(),
            ["query_wait_timeout"] = Number((int)Durations.Parse(spec.QueryWaitTimeout).TotalSeconds),
            ["server_idle_timeout"] = "600",
            ["server_lifetime"] = "3600",
            // With pgbouncer's own 15 s, a server that was away for half a second is away for a quarter of a minute.
            ["server_login_retry"] = "1",
            ["server_tls_ca_file"] = $"{CertificateFolder}/ca.crt",
            ["server_tls_cert_file"] = $"{CertificateFolder}/tls.crt",
            ["server_tls_key_file"] = $"{CertificateFolder}/tls.key",
            ["server_tls_sslmode"] = "verify-full",
            ["unix_socket_dir"] = SharedFolder,
        };
        foreach (var (name, value) in spec.Parameters ?? new Dictionary<string, string>())
        {
            settings[name] = value;
        }

        var text = new StringBuilder();
        // By name: a cap holds for each name, and "*" would give each database the whole of it.
        text.Append(CultureInfo.InvariantCulture, $"[databases]\n{database.Database} = host={database.Host} port={database.Port} dbname={database.Database}\n\n[peers]\n");
        for (var i = 0; i < peers.Count; i++)
        {
            var host = peers[i] ?? $"{PoolNames.Pod(pool, i)}.{PoolNames.Pods(pool)}.{pool.Metadata.Namespace}.svc";
            text.Append(CultureInfo.InvariantCulture, $"{i + 1} = host={host} port={PoolNames.Port}\n");
        }

        text.Append("\n[pgbouncer]\n");
        foreach (var (name, value) in settings)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name} = {value}\n");
        }

        return text.ToString();
    }

    public static string Fingerprint(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..10];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
