using Npgsql;

namespace Workflow;

/// <summary>Which failures pass by themselves.</summary>
internal static class Transience
{
    /// <summary>
    /// Whether it is worth to try again. Npgsql knows what PostgreSQL says; what pgbouncer says itself has the code 08P01,
    /// a protocol violation, which Npgsql does not count as passing.
    /// </summary>
    public static bool IsTransient(NpgsqlException exception) => exception.IsTransient || exception switch
    {
        PostgresException { SqlState: "08P01" } refused => refused.MessageText.Contains("shutting down", StringComparison.Ordinal)
            || refused.MessageText.Contains("query_wait_timeout", StringComparison.Ordinal)
            || refused.MessageText.Contains("server", StringComparison.Ordinal)
            || refused.MessageText.Contains("no more connections allowed", StringComparison.Ordinal),
        // The server stops, starts, or ended this session; or a login that was changed is not known everywhere yet.
        PostgresException { SqlState: "57P01" or "57P02" or "57P03" or "08006" or "08003" or "28P01" or "28000" } => true,
        PostgresException => false,
        // No answer at all, or half of one.
        _ => true,
    };
}
