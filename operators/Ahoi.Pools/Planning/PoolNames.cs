using Ahoi.Pools.Api;

namespace Ahoi.Pools.Planning;

/// <summary>The names of what makes up one pool.</summary>
internal static class PoolNames
{
    public const int Port = 5432;
    public const int AgentPort = 9127;

    /// <summary>The StatefulSet, the Service and the Secret for applications.</summary>
    public static string Pool(ConnectionPool pool) => $"{pool.Metadata.Name}-pool";

    public static string Pods(ConnectionPool pool) => $"{pool.Metadata.Name}-pool-pods";

    public static string Orders(ConnectionPool pool) => $"{pool.Metadata.Name}-pool-orders";

    public static string Agent(ConnectionPool pool) => $"{pool.Metadata.Name}-pool-agent";

    public static string Pod(ConnectionPool pool, int ordinal) => $"{Pool(pool)}-{ordinal}";

    public static string Host(ConnectionPool pool) => $"{Pool(pool)}.{pool.Metadata.Namespace}.svc";

    public static Dictionary<string, string> Selector(ConnectionPool pool) => new()
    {
        ["app.kubernetes.io/name"] = "pgbouncer",
        ["app.kubernetes.io/instance"] = pool.Metadata.Name!,
    };
}
