using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>The files that a database's server is started with.</summary>
internal static class ServerFiles
{
    public const string Folder = "/etc/ahoi/postgres";
    public const string AccessFile = Folder + "/pg_hba.conf";
    public const string CertificateFolder = "/etc/ahoi/tls";

    /// <summary>
    /// Who may come in, and how. Pools look up roles with a certificate; everybody else has a password. Nothing goes over
    /// the network in the clear. The socket is inside of the container alone.
    /// </summary>
    public const string Access =
        $"""
        # TYPE   DATABASE  USER  ADDRESS  METHOD
        local    all       all            trust
        hostssl  all       {DatabaseNames.PoolRole}  all  cert
        hostssl  all       all   all      scram-sha-256

        """;

    /// <summary>
    /// PostgreSQL refuses a key that others could read, and a mounted one has the mode of the volume; so it is copied.
    /// </summary>
    public const string Start =
        $"""
        set -eu
        mkdir -p /tmp/tls
        cp {CertificateFolder}/tls.crt {CertificateFolder}/tls.key {CertificateFolder}/ca.crt /tmp/tls/
        chmod 0600 /tmp/tls/*
        [ "$(id -u)" != 0 ] || chown -R postgres /tmp/tls
        exec docker-entrypoint.sh postgres "$@"
        """;

    public static V1ConfigMap ConfigMap(Database database) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = DatabaseNames.Server(database),
            NamespaceProperty = database.Metadata.Namespace,
            Labels = DatabaseNames.Labels(database),
        },
        Data = new Dictionary<string, string> { ["pg_hba.conf"] = Access },
    };

    public static IList<string> Arguments(Database database) => Settings(
        ("max_connections", database.Spec.MaxConnections.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ("superuser_reserved_connections", ReservedSlots.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ("password_encryption", "scram-sha-256"),
        ("hba_file", AccessFile),
        ("ssl", "on"),
        ("ssl_cert_file", "/tmp/tls/tls.crt"),
        ("ssl_key_file", "/tmp/tls/tls.key"),
        ("ssl_ca_file", "/tmp/tls/ca.crt"));

    /// <summary>How many connections the server keeps for its administrators.</summary>
    public const int ReservedSlots = 3;

    private static List<string> Settings(params (string Name, string Value)[] settings) =>
        [.. settings.SelectMany(s => new[] { "-c", $"{s.Name}={s.Value}" })];
}
