using Ahoi.Tenancy.Api;

namespace Ahoi.Tenancy.Planning;

/// <summary>The names of what makes up one database, and what is tied to them.</summary>
internal static class DatabaseNames
{
    /// <summary>The database in the server, and the role that owns everything in it.</summary>
    public const string Owner = "app";

    /// <summary>The role of connection pools: it looks up roles and can do nothing else.</summary>
    public const string PoolRole = "ahoi_pool";

    public const int Port = 5432;

    public static string Server(Database database) => $"{database.Metadata.Name}-postgres";

    public static string Host(Database database) => $"{Server(database)}.{database.Metadata.Namespace}.svc";

    /// <summary>What applications read.</summary>
    public static string Secret(string database) => $"{database}-database";

    public static string LoginsSecret(Database database) => $"{database.Metadata.Name}-logins";

    public static string AdminSecret(Database database) => $"{database.Metadata.Name}-postgres-admin";

    public static string AuthoritySecret(Database database) => $"{database.Metadata.Name}-ca";

    public static string ServerCertificateSecret(Database database) => $"{database.Metadata.Name}-postgres-tls";

    public static string PoolSecret(Database database) => $"{database.Metadata.Name}-pool-login";

    public static string DataClaim(Database database) => $"data-{Server(database)}-0";

    public static string BackupClaim(Database database) => $"{database.Metadata.Name}-backup";

    public static Dictionary<string, string> Selector(Database database) => new()
    {
        ["app.kubernetes.io/name"] = "postgres",
        ["app.kubernetes.io/instance"] = database.Metadata.Name!,
    };

    public static Dictionary<string, string> Labels(Database database)
    {
        var labels = Selector(database);
        if (database.Spec.CustomerRef is { } customer)
        {
            labels[Group.CustomerLabel] = customer.Name;
        }

        return labels;
    }

    /// <summary>The labels of what holds data: with a customer, the API server refuses to delete it before its time.</summary>
    public static Dictionary<string, string> DataLabels(Database database)
    {
        var labels = Labels(database);
        if (database.Spec.CustomerRef is { } customer)
        {
            labels[Group.CustomerUidLabel] = customer.Uid;
        }

        return labels;
    }
}
