using Ahoi.Pools.Api;

namespace Ahoi.Pools.Planning;

/// <summary>
/// How a database's connections are shared out. What the server keeps for its administrators, and what is reserved for
/// others, is nobody's; each pooler needs one to look up roles; the rest is shared equally. A StatefulSet never has more
/// pods than it should, so nothing has to be kept for its updates.
/// </summary>
internal static class PoolSize
{
    /// <summary>What a pooler needs at least to be of use.</summary>
    public const int Least = 2;

    /// <summary>The connection by which a pooler looks up roles.</summary>
    private const int LookUp = 1;

    public static PoolBudget Of(ConnectionPoolSpec spec, DatabaseView database, int replicas)
    {
        var unavailable = Math.Min(database.MaxConnections, database.ReservedSlots + spec.ReservedConnections);
        var available = database.MaxConnections - unavailable;
        if (spec.MaxServerConnections is { } limit)
        {
            available = Math.Min(available, limit);
        }

        return new()
        {
            MaxConnections = database.MaxConnections,
            Unavailable = unavailable,
            Available = available,
            PerReplica = Math.Max(0, (available / replicas) - LookUp),
        };
    }
}
