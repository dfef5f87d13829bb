using System.Globalization;
using System.Text;
using Ahoi.Pools.Agent.Bouncer;

namespace Ahoi.Pools.Agent.Serving;

/// <summary>pgbouncer's figures in Prometheus' text format
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).</summary>
internal static class PoolMetrics
{
    private static readonly (string Column, string Name, string Help)[] Pools =
    [
        ("cl_active", "pgbouncer_pool_clients_active", "Clients that have a server or wait for nothing."),
        ("cl_waiting", "pgbouncer_pool_clients_waiting", "Clients that wait for a server."),
        ("sv_active", "pgbouncer_pool_servers_active", "Server connections in use."),
        ("sv_idle", "pgbouncer_pool_servers_idle", "Server connections that wait for a client."),
        ("maxwait", "pgbouncer_pool_longest_wait_seconds", "How long the first client in the queue has waited."),
    ];

    private static readonly (string Column, string Name, string Help)[] Totals =
    [
        ("total_xact_count", "pgbouncer_transactions_total", "Transactions."),
        ("total_query_count", "pgbouncer_queries_total", "Queries."),
        ("total_wait_time", "pgbouncer_client_wait_microseconds_total", "Time that clients waited for a server."),
    ];

    public static async Task<string> ReadAsync(Pooler pooler, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var pools = await pooler.RunAsync("SHOW POOLS", cancellationToken).ConfigureAwait(false);
        Write(text, Pools, "gauge", pools, r => $"database=\"{Escape(r["database"])}\",user=\"{Escape(r["user"])}\"");
        var stats = await pooler.RunAsync("SHOW STATS", cancellationToken).ConfigureAwait(false);
        Write(text, Totals, "counter", stats, r => $"database=\"{Escape(r["database"])}\"");
        return text.ToString();
    }

    private static void Write(
        StringBuilder text, (string Column, string Name, string Help)[] metrics, string type,
        IReadOnlyList<IReadOnlyDictionary<string, string?>> rows, Func<IReadOnlyDictionary<string, string?>, string> labels)
    {
        foreach (var (column, name, help) in metrics)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
            foreach (var row in rows.Where(r => r["database"] != "pgbouncer" && r.ContainsKey(column)))
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{{{labels(row)}}} {row[column]}\n");
            }
        }
    }

    private static string Escape(string? value) => (value ?? "")
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
