using System.Globalization;
using Npgsql;

namespace Ahoi.Pools.Agent.Bouncer;

/// <summary>Looks through the pooler at the server behind it, as an application does.</summary>
internal sealed class Probe(string address, int port, string credentials)
{
    private const string Question =
        "SELECT coalesce(host(inet_server_addr()), 'socket') || ':' || coalesce(inet_server_port(), 0), NOT pg_is_in_recovery() AND NOT current_setting('transaction_read_only')::bool";

    /// <summary>Asks.</summary>
    /// <returns>Where the server is and whether it takes writes, or nothing where none answers in time.</returns>
    public async Task<(string? Target, bool? Writable)> AskAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (Read("username") is not { } username || Read("password") is not { } password || Read("database") is not { } database)
        {
            return (null, null);
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(limit);
        try
        {
            var settings = new NpgsqlConnectionStringBuilder
            {
                Host = address,
                Port = port,
                Database = database,
                Username = username,
                Password = password,
                SslMode = SslMode.Disable,
                Pooling = false,
                Timeout = (int)Math.Ceiling(limit.TotalSeconds),
                CommandTimeout = (int)Math.Ceiling(limit.TotalSeconds),
                ApplicationName = "ahoi-probe",
                NoResetOnClose = true,
            };
            var source = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString).ConfigureTypeLoading(types => types.EnableTypeLoading(false)).Build();
            await using (source.ConfigureAwait(false))
            {
                var command = source.CreateCommand(Question);
                await using (command.ConfigureAwait(false))
                {
                    var reader = await command.ExecuteReaderAsync(end.Token).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        return await reader.ReadAsync(end.Token).ConfigureAwait(false)
                            ? (reader.GetString(0), reader.GetBoolean(1))
                            : (null, null);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException or InvalidOperationException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, null);
        }
    }

    private string? Read(string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(credentials, name)).Trim();
        }
        catch (IOException)
        {
            return null; // Not there yet.
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
}
