using System.Globalization;
using Ahoi.Pools.Contract;

namespace Ahoi.Pools.Agent.Bouncer;

/// <summary>The file that pgbouncer reads its settings from.</summary>
internal sealed class ConfigurationFile(string path, string address, int peer)
{
    /// <summary>Settings that pgbouncer takes at its start alone (its source: CF_NO_RELOAD).</summary>
    private static readonly HashSet<string> Fixed = new(StringComparer.Ordinal)
    {
        "listen_addr", "listen_port", "listen_backlog", "so_reuseport", "pkt_buf", "unix_socket_dir", "unix_socket_mode", "unix_socket_group", "user", "pidfile",
        "resolv_conf", "track_extra_parameters", "disable_pqexec", "peer_id",
    };

    public bool Exists => File.Exists(path);

    public string Render(string configuration) => configuration
        .Replace(PoolOrders.AddressPlaceholder, address, StringComparison.Ordinal)
        .Replace(PoolOrders.PeerPlaceholder, peer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    public string? Read() => Exists ? File.ReadAllText(path) : null;

    /// <summary>Writes the file so that it is there in whole or as it was.</summary>
    public void Write(string content)
    {
        var aside = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(aside, options))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(content));
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
    }

    /// <summary>Compares what is written with what pgbouncer says it does.</summary>
    /// <param name="content">What is written.</param>
    /// <param name="shown">The answer to SHOW CONFIG.</param>
    /// <returns>The settings that differ: those that need a restart, and those that were not taken.</returns>
    public static (IReadOnlyList<string> NeedRestart, IReadOnlyList<string> Refused) Compare(
        string content, IReadOnlyList<IReadOnlyDictionary<string, string?>> shown)
    {
        var present = shown.ToDictionary(r => r["key"]!, r => r["value"] ?? "", StringComparer.Ordinal);
        var different = Settings(content).Where(s => !present.TryGetValue(s.Key, out var value) || !AreSame(value, s.Value)).Select(s => s.Key).ToList();
        return ([.. different.Where(Fixed.Contains)], [.. different.Where(s => !Fixed.Contains(s))]);
    }

    private static IEnumerable<KeyValuePair<string, string>> Settings(string content)
    {
        var inside = false;
        foreach (var line in content.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('['))
            {
                inside = line == "[pgbouncer]";
            }
            else if (inside && !line.StartsWith(';') && line.IndexOf('=', StringComparison.Ordinal) is > 0 and var at)
            {
                yield return new(line[..at].Trim(), line[(at + 1)..].Trim());
            }
        }
    }

    // Times come back as written or with more digits.
    private static bool AreSame(string shown, string written) => shown == written
        || (double.TryParse(shown, CultureInfo.InvariantCulture, out var a) && double.TryParse(written, CultureInfo.InvariantCulture, out var b) && a.Equals(b));
}
