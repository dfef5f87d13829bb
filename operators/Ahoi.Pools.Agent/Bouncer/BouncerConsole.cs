using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Ahoi.Pools.Agent.Bouncer;

/// <summary>
/// A session with pgbouncer's admin console. It speaks PostgreSQL's simple query protocol and nothing else
/// (https://www.pgbouncer.org/usage.html#admin-console, https://www.postgresql.org/docs/current/protocol-message-formats.html),
/// which no .NET driver does. Over the Unix socket it lets in its own user without a password.
/// </summary>
internal sealed class BouncerConsole : IAsyncDisposable
{
    private const int ProtocolVersion = 3 << 16;
    private const int LongestMessage = 16 * 1024 * 1024;

    private readonly NetworkStream _stream;

    private BouncerConsole(NetworkStream stream) => _stream = stream;

    /// <summary>Opens a session.</summary>
    /// <param name="socket">The path of the socket.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    /// <exception cref="ConsoleException">pgbouncer refuses.</exception>
    public static async Task<BouncerConsole> OpenAsync(string socket, CancellationToken cancellationToken)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        var console = new BouncerConsole(new NetworkStream(connection, ownsSocket: true));
        try
        {
            await console.StartAsync(cancellationToken).ConfigureAwait(false);
            return console;
        }
        catch
        {
            await console.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs one command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Gives up; the session is of no use then.</param>
    /// <returns>The rows, each by the names of its columns.</returns>
    /// <exception cref="ConsoleException">pgbouncer refuses it.</exception>
    /// <exception cref="IOException">The session ended.</exception>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string?>>> QueryAsync(string command, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetBytes(command);
        var message = new byte[text.Length + 6];
        message[0] = (byte)'Q';
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - 1);
        text.CopyTo(message, 5);
        await _stream.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var parameters = Encoding.UTF8.GetBytes("user\0pgbouncer\0database\0pgbouncer\0application_name\0ahoi-agent\0\0");
        var message = new byte[parameters.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), ProtocolVersion);
        parameters.CopyTo(message, 8);
        await _stream.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        await ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads messages until the server is ready for the next command.</summary>
    private async Task<List<IReadOnlyDictionary<string, string?>>> ReadAsync(CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyDictionary<string, string?>>();
        string[] columns = [];
        string? fault = null;
        while (true)
        {
            var (type, body) = await ReadMessageAsync(cancellationToken).ConfigureAwait(false);
            switch (type)
            {
                case 'T':
                    columns = ReadColumns(body);
                    break;
                case 'D':
                    rows.Add(ReadRow(body, columns));
                    break;
                case 'E':
                    fault = ReadFault(body);
                    break;
                case 'R' when BinaryPrimitives.ReadInt32BigEndian(body) != 0:
                    throw new ConsoleException("pgbouncer asks for a password: the agent has to run as the same user as pgbouncer.");
                case 'Z':
                    return fault is null ? rows : throw new ConsoleException(fault);
                default:
                    break; // Notices, parameters, and that a command is complete.
            }

            // What is fatal is followed by the end of the session, not by readiness.
            if (fault is not null && fault.StartsWith("FATAL", StringComparison.Ordinal))
            {
                throw new ConsoleException(fault);
            }
        }
    }

    private async Task<(char Type, byte[] Body)> ReadMessageAsync(CancellationToken cancellationToken)
    {
        var head = new byte[5];
        await _stream.ReadExactlyAsync(head, cancellationToken).ConfigureAwait(false);
        var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4;
        if (length is < 0 or > LongestMessage)
        {
            throw new IOException($"pgbouncer sent a message of {length} bytes.");
        }

        var body = new byte[length];
        await _stream.ReadExactlyAsync(body, cancellationToken).ConfigureAwait(false);
        return ((char)head[0], body);
    }

    private static string[] ReadColumns(ReadOnlySpan<byte> body)
    {
        var columns = new string[BinaryPrimitives.ReadInt16BigEndian(body)];
        body = body[2..];
        for (var i = 0; i < columns.Length; i++)
        {
            var end = body.IndexOf((byte)0);
            columns[i] = Encoding.UTF8.GetString(body[..end]);
            body = body[(end + 1 + 18)..]; // Table, column, type, its size and modifier, format.
        }

        return columns;
    }

    private static Dictionary<string, string?> ReadRow(ReadOnlySpan<byte> body, string[] columns)
    {
        var row = new Dictionary<string, string?>(StringComparer.Ordinal);
        var count = BinaryPrimitives.ReadInt16BigEndian(body);
        body = body[2..];
        for (var i = 0; i < count && i < columns.Length; i++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body);
            body = body[4..];
            row[columns[i]] = length < 0 ? null : Encoding.UTF8.GetString(body[..length]);
            body = length < 0 ? body : body[length..];
        }

        return row;
    }

    private static string ReadFault(ReadOnlySpan<byte> body)
    {
        string severity = "ERROR", message = "";
        while (body.Length > 1 && body[0] != 0)
        {
            var field = (char)body[0];
            body = body[1..];
            var end = body.IndexOf((byte)0);
            var text = Encoding.UTF8.GetString(body[..end]);
            body = body[(end + 1)..];
            severity = field == 'S' ? text : severity;
            message = field == 'M' ? text : message;
        }

        return severity == "FATAL" ? $"FATAL: {message}" : message;
    }
}
